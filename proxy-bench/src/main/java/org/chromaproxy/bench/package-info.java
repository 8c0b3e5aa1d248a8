/**
 * {@code chroma-proxy bench}: how fast the proxy is beside others, and what its parts cost.
 *
 * <p>State: one run belongs to the thread that started it.
 *
 * <p>Imports {@code bench.load}, {@code bench.process}, {@code bench.report}, {@code bench.row},
 * {@code bench.row.real}, {@code bench.row.stubbed} and {@code local}.
 */
@NullMarked
package org.chromaproxy.bench;

import org.jspecify.annotations.NullMarked;
