/**
 * What every rule stands on: one run put together from its history and its evidence, and the violation as the result.
 *
 * <p>One thread.
 *
 * <p>Imports {@code drill.evidence}, {@code drill.history}, {@code drill.model} and {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.drill.rule;

import org.jspecify.annotations.NullMarked;
