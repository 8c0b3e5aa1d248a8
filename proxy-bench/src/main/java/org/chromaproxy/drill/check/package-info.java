/**
 * The rules of a drill, one class each, and the checker that asks them all. The witness of the order is the log.
 *
 * <p>Stateless.
 *
 * <p>Imports {@code drill.check.error}, {@code drill.check.read}, {@code drill.evidence}, {@code drill.history},
 * {@code drill.model}, {@code drill.rule} and {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.drill.check;

import org.jspecify.annotations.NullMarked;
