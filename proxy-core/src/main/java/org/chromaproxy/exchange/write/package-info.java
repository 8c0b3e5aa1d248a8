/**
 * Writes: taken whole, logged, then offered to the lanes.
 *
 * <p>Confined to the exchange's loop, but for what hears the log's writer thread and hops at once.
 *
 * <p>Imports {@code access}, {@code admit}, {@code capability}, {@code catalog}, {@code completion}, {@code config},
 * {@code exchange}, {@code exchange.read}, {@code http}, {@code instance}, {@code lane}, {@code metrics},
 * {@code route}, {@code scan}, {@code upstream}, {@code wal.append} and {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.exchange.write;

import org.jspecify.annotations.NullMarked;
