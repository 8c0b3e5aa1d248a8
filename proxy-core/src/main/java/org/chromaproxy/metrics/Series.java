package org.chromaproxy.metrics;

import java.util.ArrayDeque;
import org.HdrHistogram.Histogram;

/** The latencies of one kind, of all threads together: percentiles of about the last minute. Guarded by {@link Timings}. */
final class Series {
    /** Past intervals that percentiles are taken over, beside the one that is filled. */
    private static final int INTERVALS = 5;

    /** Latencies are kept to two digits, up to this many microseconds; what takes longer counts as that. */
    static final long LONGEST_MICROS = 120_000_000;

    static final int DIGITS = 2;
    private static final double MICROS = 1e6;

    private final ArrayDeque<Histogram> past = new ArrayDeque<>(INTERVALS + 1);
    private Histogram current = histogram();
    private final Histogram spare = histogram();
    private long count;
    private double sum;

    private static Histogram histogram() {
        return new Histogram(LONGEST_MICROS, DIGITS);
    }

    /** Adds what a thread has recorded. */
    void take(Histogram interval) {
        long more = interval.getTotalCount();
        if (more > 0) {
            current.add(interval);
            count += more;
            sum += interval.getMean() * more;
        }
    }

    void rotate() {
        past.add(current);
        Histogram next = past.size() > INTERVALS ? past.remove() : histogram();
        next.reset();
        current = next;
    }

    Latency latency() {
        spare.reset();
        past.forEach(spare::add);
        spare.add(current);
        double[] quantiles = new double[Latency.QUANTILES.length];
        for (int i = 0; i < quantiles.length; i++) {
            quantiles[i] = spare.getTotalCount() == 0
                    ? Double.NaN
                    : spare.getValueAtPercentile(100 * Latency.QUANTILES[i]) / MICROS;
        }
        return new Latency(count, sum / MICROS, quantiles);
    }
}
