/**
 * What a request line means: the table of Chroma's routes and the proxy's own, and the identities of collections and
 * databases. Pure functions without state, safe on any thread; only {@link org.chromaproxy.route.PublicIds} keeps
 * state, under its own lock.
 *
 * <p>Imports {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.route;

import org.jspecify.annotations.NullMarked;
