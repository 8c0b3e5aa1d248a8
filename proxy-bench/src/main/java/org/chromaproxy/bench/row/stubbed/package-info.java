/**
 * The rows whose upstreams are stubs: what the proxy itself costs.
 *
 * <p>State: a row belongs to the thread that runs the benchmarks.
 *
 * <p>Imports {@code bench.load}, {@code bench.process}, {@code bench.report}, {@code bench.row}, {@code bench.stub},
 * {@code drill.net} and {@code local}.
 */
@NullMarked
package org.chromaproxy.bench.row.stubbed;

import org.jspecify.annotations.NullMarked;
