/**
 * The log read back, at start and for operators, and the space it gives back. Stateless but for the pool beneath; any
 * worker thread may call, never an event loop: everything blocks on PostgreSQL and throws {@code StoreException}.
 *
 * <p>Imports {@code wal.record}, {@code wal.store} and {@code wal.store.query}.
 */
@NullMarked
package org.chromaproxy.wal.recovery;

import org.jspecify.annotations.NullMarked;
