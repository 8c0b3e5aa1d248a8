/**
 * JMH benchmarks of the proxy's parts, each named by its question. {@code bin/chroma-proxy bench micro} runs them with
 * allocation rates.
 *
 * <p>State: as JMH's scopes say. May import whatever it measures; nothing imports it.
 */
@NullMarked
package org.chromaproxy.bench.micro;

import org.jspecify.annotations.NullMarked;
