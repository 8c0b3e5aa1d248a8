package org.chromaproxy.bench.row;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Loads until the rate rises no more: a JVM compiles for the first seconds, and pools and caches fill. */
public final class WarmUp {
    /** So that a rate which goes on rising by chance ends too. */
    private static final int MOST = 12;
    /** Slices in a row without a new best, and what counts as one. */
    private static final int STEADY = 3;

    private static final double RISE = 1.05;

    private WarmUp() {}

    /**
     * Repeats a slice of load until three in a row were not 5 % faster than the best before them, twelve times at most.
     *
     * @param slice loads and tells the rate
     * @return the middle one of the last rates
     */
    public static double until(DoubleSupplier slice) {
        List<Double> rates = new ArrayList<>();
        double best = 0;
        int steady = 0;
        while (rates.size() < MOST && steady < STEADY) {
            double rate = slice.getAsDouble();
            steady = rates.isEmpty() || rate > best * RISE ? 0 : steady + 1;
            best = Math.max(best, rate);
            rates.add(rate);
        }
        List<Double> last = new ArrayList<>(rates.subList(rates.size() - STEADY - 1, rates.size()));
        Collections.sort(last);
        return last.get(last.size() / 2);
    }
}
