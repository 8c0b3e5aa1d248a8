/**
 * Clients' connections: the listening socket, one request at a time per connection, and the choice of the way through.
 *
 * <p>Confined to the connection's event loop. May import {@code exchange} and the packages below it.
 */
@NullMarked
package org.chromaproxy.downstream;

import org.jspecify.annotations.NullMarked;
