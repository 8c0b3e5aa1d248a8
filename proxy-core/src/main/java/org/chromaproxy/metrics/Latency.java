package org.chromaproxy.metrics;

/**
 * How long something takes.
 *
 * @param count since the start
 * @param sum of seconds since the start, to one percent
 * @param quantiles in seconds, for {@link #QUANTILES}, of about the last minute; NaN where nothing happened
 */
@SuppressWarnings("ArrayRecordComponent")
public record Latency(long count, double sum, double[] quantiles) {
    static final double[] QUANTILES = {0.5, 0.9, 0.99, 0.999, 1};

    /** How many quantiles there are. */
    public int size() {
        return QUANTILES.length;
    }

    /** The share of the n-th one, from 0 to 1. */
    public double quantile(int n) {
        return QUANTILES[n];
    }

    /** Its value in seconds. */
    public double seconds(int n) {
        return quantiles[n];
    }
}
