/**
 * The rows in front of real Chroma servers.
 *
 * <p>State: a row belongs to the thread that runs the benchmarks.
 *
 * <p>Imports {@code bench.load}, {@code bench.process}, {@code bench.report}, {@code bench.row} and {@code local}.
 */
@NullMarked
package org.chromaproxy.bench.row.real;

import org.jspecify.annotations.NullMarked;
