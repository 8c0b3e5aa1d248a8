/**
 * The single writer of the log: a bounded MPSC queue, one thread, one transaction per drained batch.
 *
 * <p>Any thread may append or submit. The writer thread alone touches the connection; its callbacks run on the writer
 * thread and must hop to their own thread at once.
 *
 * <p>Imports {@code wal.record} and {@code wal.store}.
 */
@NullMarked
package org.chromaproxy.wal.append;

import org.jspecify.annotations.NullMarked;
