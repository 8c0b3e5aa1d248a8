package org.chromaproxy.admit;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What may wait in the log to be applied before writes that no client waits for are refused: nothing else slows those that
 * send them. Thread-safe.
 */
public final class BacklogBound {
    private final LongSupplier waiting;
    private volatile long limit;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /**
     * @param waiting bytes that wait now; cheap, as it is asked for each such write
     * @param limit bytes; what is on its way when it is reached may still go beyond it
     */
    public BacklogBound(LongSupplier waiting, long limit) {
        this.waiting = waiting;
        this.limit = limit;
    }

    /** Another limit holds from now on. */
    public void change(long bytes) {
        limit = bytes;
    }

    /** Whether one more may be logged now. */
    public boolean admits() {
        boolean room = waiting.getAsLong() < limit;
        (room ? accepted : refused).increment();
        return room;
    }

    long limit() {
        return limit;
    }

    public long accepted() {
        return accepted.sum();
    }

    public long refused() {
        return refused.sum();
    }
}
