/**
 * Steps that wait: requests to instances and writes to the log, for worker threads. Never to be used on an event loop.
 *
 * <p>Holds no state of its own. May import {@code wal}, {@code instance}, {@code lane}, {@code scan}, {@code transport}
 * and {@code upstream}.
 */
@NullMarked
package org.chromaproxy.blocking;

import org.jspecify.annotations.NullMarked;
