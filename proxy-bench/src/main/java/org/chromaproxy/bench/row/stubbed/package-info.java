/**
 * The rows whose upstreams are stubs: what the proxy itself costs.
 *
 * <p>State: a row belongs to the thread that runs the benchmarks. May import {@code bench.row}, {@code bench.process},
 * {@code bench.load} and {@code bench.report}.
 */
@NullMarked
package org.chromaproxy.bench.row.stubbed;

import org.jspecify.annotations.NullMarked;
