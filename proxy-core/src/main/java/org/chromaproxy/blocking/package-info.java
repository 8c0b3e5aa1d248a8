/**
 * Steps that wait: requests to instances and writes to the log, for worker threads. Never to be used on an event loop.
 *
 * <p>Holds no state of its own.
 *
 * <p>Imports {@code instance}, {@code lane}, {@code scan}, {@code transport}, {@code upstream}, {@code wal.append} and
 * {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.blocking;

import org.jspecify.annotations.NullMarked;
