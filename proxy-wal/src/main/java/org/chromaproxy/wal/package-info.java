/**
 * The log's front door: {@link org.chromaproxy.wal.Wal} wires the other packages and holds no state of its own but what
 * has to be closed. Used by the one thread that starts and stops the proxy.
 *
 * <p>Imports {@code wal.append}, {@code wal.owner}, {@code wal.recovery}, {@code wal.store} and
 * {@code wal.store.query}.
 */
@NullMarked
package org.chromaproxy.wal;

import org.jspecify.annotations.NullMarked;
