/**
 * The short way of a read: a small request to a collection's records, and its answer, passed on as the bytes they are.
 *
 * <p>What is taken here is plain beyond doubt; everything else goes the ordinary way through codec and exchange, also a
 * read that was begun here and whose answer turns out to need more than passing on: until the first byte of an answer has
 * left, a read can begin anew. Confined to the connection's event loop. May import {@code exchange} and the packages below
 * it.
 */
@NullMarked
package org.chromaproxy.relay;

import org.jspecify.annotations.NullMarked;
