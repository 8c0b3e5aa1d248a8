/**
 * JMH benchmarks of the proxy's parts, each named by its question. {@code bin/chroma-proxy bench micro} runs them with
 * allocation rates.
 *
 * <p>State: as JMH's scopes say.
 *
 * <p>Imports {@code bench.load}, {@code bench.process}, {@code bench.row}, {@code catalog}, {@code http},
 * {@code instance}, {@code local}, {@code merge}, {@code route}, {@code scan}, {@code wal}, {@code wal.append} and
 * {@code wal.record}. Nothing imports it.
 */
@NullMarked
package org.chromaproxy.bench.micro;

import org.jspecify.annotations.NullMarked;
