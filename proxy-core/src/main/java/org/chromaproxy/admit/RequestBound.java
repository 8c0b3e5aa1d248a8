package org.chromaproxy.admit;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** How many client requests may be under way, with the counters operators read. */
public final class RequestBound {
    private final int limit;
    private final AtomicInteger active = new AtomicInteger();
    private final LongAdder total = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder rejected = new LongAdder();

    public RequestBound(int limit) {
        this.limit = limit;
    }

    /** Takes a place; false at the bound, and then {@link #leave} must not be called. */
    public boolean enter() {
        total.increment();
        if (active.incrementAndGet() > limit) {
            active.decrementAndGet();
            rejected.increment();
            return false;
        }
        return true;
    }

    /**
     * Gives the place back.
     *
     * @param status what the client was told; 0 if it left before
     */
    public void leave(int status) {
        active.decrementAndGet();
        if (status >= 200 && status < 500) {
            succeeded.increment();
        } else if (status >= 500) {
            failed.increment();
        }
    }

    /** A request ended because its time was over. */
    public void countTimeout() {
        timedOut.increment();
    }

    public int limit() {
        return limit;
    }

    public int active() {
        return active.get();
    }

    public long total() {
        return total.sum();
    }

    public long succeeded() {
        return succeeded.sum();
    }

    public long failed() {
        return failed.sum();
    }

    public long timedOut() {
        return timedOut.sum();
    }

    public long rejected() {
        return rejected.sum();
    }
}
