/**
 * {@code chroma-proxy bench}: how fast the proxy is beside others, and what its parts cost.
 *
 * <p>State: one run belongs to the thread that started it. May import everything of the bench.
 */
@NullMarked
package org.chromaproxy.bench;

import org.jspecify.annotations.NullMarked;
