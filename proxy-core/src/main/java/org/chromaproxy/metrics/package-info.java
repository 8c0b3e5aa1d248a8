/**
 * How long things take and how they end, counted where they happen.
 *
 * <p>Each thread that records has figures of its own, written by it alone without locks or allocation; whoever asks
 * merges them. The number of series is fixed: kinds of routes, stages and instances, never names of collections or
 * clients.
 *
 * <p>Imports {@code route}.
 */
@NullMarked
package org.chromaproxy.metrics;

import org.jspecify.annotations.NullMarked;
