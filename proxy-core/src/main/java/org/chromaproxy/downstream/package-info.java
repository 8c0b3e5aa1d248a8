/**
 * Clients' connections: the listening socket, one request at a time per connection, and the choice of the way through.
 *
 * <p>Confined to the connection's event loop.
 *
 * <p>Imports {@code access}, {@code access.client}, {@code admit}, {@code catalog}, {@code completion}, {@code config},
 * {@code exchange}, {@code exchange.read}, {@code exchange.write}, {@code http}, {@code instance}, {@code lane},
 * {@code route}, {@code transport}, {@code wal.append} and {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.downstream;

import org.jspecify.annotations.NullMarked;
