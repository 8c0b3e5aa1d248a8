/**
 * Who owns the log: acquiring it, standing by, letting go. Confined to the one thread that opens and closes the log;
 * blocks on PostgreSQL.
 *
 * <p>Imports {@code wal.store}.
 */
@NullMarked
package org.chromaproxy.wal.owner;

import org.jspecify.annotations.NullMarked;
