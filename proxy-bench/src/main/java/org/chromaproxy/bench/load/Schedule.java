package org.chromaproxy.bench.load;

import java.time.Duration;

/**
 * When the requests of an open-loop run are due: one every so often, whatever became of those before. Latencies count
 * from these times, so that a server that stalls is charged for every request it kept waiting.
 */
final class Schedule {
    private final long start;
    private final double interval;
    private final long count;
    private long next;

    /**
     * @param start of the first request, on {@link System#nanoTime}'s clock
     * @param rate requests per second
     */
    Schedule(long start, double rate, Duration time) {
        this.start = start;
        this.interval = 1e9 / rate;
        this.count = (long) (time.toNanos() / interval);
    }

    /** How many requests it has altogether. */
    long count() {
        return count;
    }

    boolean over() {
        return next == count;
    }

    /** When the next request is due. */
    long due() {
        // From the number, not from the one before: rounding must not add up.
        return start + Math.round(next * interval);
    }

    /** That request is taken care of. */
    void advance() {
        next++;
    }
}
