/**
 * HTTP/1.1 as the proxy speaks it on both sides: codec limits, what is refused before routing, forwarded headers, and
 * errors in Chroma's shape. Handlers belong to their channel's event loop; everything else is pure.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.http;

import org.jspecify.annotations.NullMarked;
