package org.chromaproxy.bench.load;

import org.HdrHistogram.Histogram;

/**
 * What came of a run.
 *
 * @param answered with 2xx, in time
 * @param late of a closed loop: answered with 2xx after the end; they count in no rate
 * @param failed answered otherwise, or not at all
 * @param seconds the run took
 * @param latencies of the former, in ns
 */
public record LoadResult(long answered, long late, long failed, double seconds, Histogram latencies) {
    public double rate() {
        return (double) answered / seconds;
    }

    /** A latency in microseconds. */
    public double micros(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }
}
