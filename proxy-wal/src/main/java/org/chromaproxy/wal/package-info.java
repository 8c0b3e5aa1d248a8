/**
 * The log's front door: {@link org.chromaproxy.wal.Wal} wires the other packages and holds no state of its own but what
 * has to be closed. Used by the one thread that starts and stops the proxy. May import every package of the log.
 */
@NullMarked
package org.chromaproxy.wal;

import org.jspecify.annotations.NullMarked;
