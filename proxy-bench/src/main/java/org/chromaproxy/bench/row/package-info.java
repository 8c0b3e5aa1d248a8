/**
 * The rows of the table: each starts what it compares, measures in interleaved rounds, and sets goals beside figures.
 *
 * <p>State: a row belongs to the thread that runs the benchmarks. May import {@code bench.process}, {@code bench.load} and
 * {@code bench.report}.
 */
@NullMarked
package org.chromaproxy.bench.row;

import org.jspecify.annotations.NullMarked;
