package org.chromaproxy.upstream;

import java.util.concurrent.atomic.LongAdder;
import org.chromaproxy.metrics.Timings;

/** How often a request found a connection ready, and how long its answer took. Thread-safe. */
public final class PoolStats {
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    private final Timings timings;

    PoolStats(Timings timings) {
        this.timings = timings;
    }

    /** The instance has answered, this long after it was asked; on the connection's loop. */
    void answered(int instance, long nanos) {
        timings.here().upstream(instance, nanos);
    }

    void hit() {
        hits.increment();
    }

    void miss() {
        misses.increment();
    }

    /** Requests that took an idle connection. */
    public long hits() {
        return hits.sum();
    }

    /** Requests that had to connect, or to wait for a connection. */
    public long misses() {
        return misses.sum();
    }
}
