/**
 * The processes of one drill: PostgreSQL, two Chroma servers, the proxy and perhaps its stand-by, with a fault proxy on
 * every connection between them.
 *
 * <p>State: each process object may be used by any thread, one operation at a time; a proxy that ends by itself is
 * started again by the thread that hears of it.
 *
 * <p>Imports {@code drill.net} and {@code local}.
 */
@NullMarked
package org.chromaproxy.drill.stack;

import org.jspecify.annotations.NullMarked;
