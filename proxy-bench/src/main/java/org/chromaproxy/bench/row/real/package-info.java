/**
 * The rows in front of real Chroma servers.
 *
 * <p>State: a row belongs to the thread that runs the benchmarks. May import {@code bench.row}, {@code bench.process},
 * {@code bench.load} and {@code bench.report}.
 */
@NullMarked
package org.chromaproxy.bench.row.real;

import org.jspecify.annotations.NullMarked;
