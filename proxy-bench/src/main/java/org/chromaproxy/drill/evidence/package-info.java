/**
 * What is left when a run has come to rest: the log, the content of each instance, what the proxy says of its
 * transactions. Collected once, kept beside the history, and judged from there.
 *
 * <p>Immutable values; the collecting blocks.
 *
 * <p>Imports {@code drill.history}, {@code drill.model}, {@code wal.record} and {@code wal.store}.
 */
@NullMarked
package org.chromaproxy.drill.evidence;

import org.jspecify.annotations.NullMarked;
