package org.chromaproxy.bench.load;

import org.HdrHistogram.Histogram;

/**
 * What came of a run.
 *
 * @param answered with 2xx, in time
 * @param failed answered otherwise, or not at all
 * @param seconds the run took
 * @param latencies of the former, in ns
 */
public record LoadResult(long answered, long failed, double seconds, Histogram latencies) {
    public double rate() {
        return (double) answered / seconds;
    }

    /** A latency in microseconds. */
    public double micros(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }
}
