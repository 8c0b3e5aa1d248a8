/**
 * Reads of the log: for recovery, for lanes and for operators. Stateless but for the pool beneath; any worker thread
 * may call, never an event loop.
 *
 * <p>Imports {@code wal.record} and {@code wal.store}.
 */
@NullMarked
package org.chromaproxy.wal.store.query;

import org.jspecify.annotations.NullMarked;
