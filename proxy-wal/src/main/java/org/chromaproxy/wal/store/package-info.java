/**
 * Everything that speaks SQL. The only package that imports JDBC. Connections of the pool may be used by any worker
 * thread; the writer's own connection belongs to the writer thread.
 *
 * <p>Imports {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.wal.store;

import org.jspecify.annotations.NullMarked;
