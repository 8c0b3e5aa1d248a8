package org.chromaproxy.upstream;

import java.util.concurrent.atomic.LongAdder;

/** How often a request found a connection ready. Thread-safe. */
public final class PoolStats {
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

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
