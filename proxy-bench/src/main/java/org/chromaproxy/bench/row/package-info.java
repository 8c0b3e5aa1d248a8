/**
 * What the rows of the table share. A row starts what it compares, warms it up, measures in interleaved rounds, and sets
 * goals beside figures; the rows themselves are in {@code row.stubbed} and {@code row.real}.
 *
 * <p>State: a row belongs to the thread that runs the benchmarks.
 *
 * <p>Imports {@code bench.load}, {@code bench.process}, {@code bench.report} and {@code drill.evidence}.
 */
@NullMarked
package org.chromaproxy.bench.row;

import org.jspecify.annotations.NullMarked;
