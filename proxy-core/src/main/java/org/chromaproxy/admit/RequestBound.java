package org.chromaproxy.admit;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many client requests may be under way and how many may wait for their turn, with the counters operators read. Turns
 * are given in the order of asking. The proxy's own endpoints are counted, never bounded. Thread-safe, without locks.
 */
public final class RequestBound {
    private volatile int limit;
    private volatile int queueLimit;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger own = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final LongAdder total = new LongAdder();
    private final LongAdder entered = new LongAdder();
    private final LongAdder waited = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder endedInError = new LongAdder();
    private final LongAdder endedNanos = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder rejected = new LongAdder();

    /**
     * @param limit requests under way
     * @param queueLimit requests that wait
     */
    public RequestBound(int limit, int queueLimit) {
        this.limit = limit;
        this.queueLimit = queueLimit;
    }

    /** Other bounds from now on; what is under way or waits beyond them is left to end. */
    public void change(int newLimit, int newQueueLimit) {
        limit = newLimit;
        queueLimit = newQueueLimit;
        serve();
    }

    /** A request that waits for its turn. */
    public final class Waiting {
        private final Executor loop;
        private final Runnable turn;
        private final AtomicBoolean over = new AtomicBoolean();

        private Waiting(Executor loop, Runnable turn) {
            this.loop = loop;
            this.turn = turn;
        }

        /** Waits no longer; false if its turn has come already, which then has to be taken and given back. */
        public boolean giveUp() {
            if (!over.compareAndSet(false, true)) {
                return false;
            }
            queued.decrementAndGet();
            queue.remove(this);
            serve();
            return true;
        }
    }

    /** Takes a place at once; false when there is none, or others wait for it. */
    public boolean enter() {
        boolean entered = queue.isEmpty() && take();
        if (entered) {
            total.increment();
            this.entered.increment();
        }
        return entered;
    }

    /**
     * Waits in line for a place.
     *
     * @param turn run on {@code loop} once a place is taken for it; {@link #leave} must follow
     * @return empty when too many wait already: the request is to be refused, and {@link #leave} must not be called
     */
    public Optional<Waiting> await(Executor loop, Runnable turn) {
        total.increment();
        if (queued.incrementAndGet() > queueLimit) {
            queued.decrementAndGet();
            rejected.increment();
            return Optional.empty();
        }
        waited.increment();
        Waiting waiting = new Waiting(loop, turn);
        queue.add(waiting);
        serve();
        return Optional.of(waiting);
    }

    /** A request to one of the proxy's own endpoints begins. */
    public void enterOwn() {
        total.increment();
        entered.increment();
        own.incrementAndGet();
    }

    private boolean take() {
        int now = taken.get();
        while (now < limit) {
            if (taken.compareAndSet(now, now + 1)) {
                return true;
            }
            now = taken.get();
        }
        return false;
    }

    private void serve() {
        for (Waiting first = queue.peek(); first != null; first = queue.peek()) {
            if (first.over.get()) {
                queue.remove(first);
            } else if (!take()) {
                // Whoever gives a place back serves after that.
                return;
            } else if (first.over.compareAndSet(false, true)) {
                queue.remove(first);
                queued.decrementAndGet();
                entered.increment();
                first.loop.execute(first.turn);
            } else {
                taken.decrementAndGet();
            }
        }
    }

    /**
     * Gives the place back.
     *
     * @param status what the client was told; 0 if it left before
     */
    public void leave(int status) {
        taken.decrementAndGet();
        count(status);
        serve();
    }

    /** The same for a request that was answered; {@code nanos} is how long it took. */
    public void leave(int status, long nanos) {
        ended.increment();
        endedNanos.add(nanos);
        if (status >= 500) {
            endedInError.increment();
        }
        leave(status);
    }

    /** Gives the place back as if the request had not come yet: it enters again. */
    public void withdraw() {
        total.decrement();
        entered.decrement();
        taken.decrementAndGet();
        serve();
    }

    /** A request to one of the proxy's own endpoints ends. */
    public void leaveOwn(int status) {
        own.decrementAndGet();
        count(status);
    }

    private void count(int status) {
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

    /** Requests under way, those to the proxy's own endpoints included. */
    public int active() {
        return taken.get() + own.get();
    }

    /** Requests that wait for their turn now. */
    public int waiting() {
        return queued.get();
    }

    /** Requests that had to wait for their turn. */
    public long waited() {
        return waited.sum();
    }

    /** Requests that got a place. */
    public long entered() {
        return entered.sum();
    }

    public long total() {
        return total.sum();
    }

    /** Client requests that were answered; those to the proxy's own endpoints are not among them. */
    public long ended() {
        return ended.sum();
    }

    /** Those of them answered with 5xx. */
    public long endedInError() {
        return endedInError.sum();
    }

    /** How long they all took, in ns. */
    public long endedNanos() {
        return endedNanos.sum();
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

    /** Requests refused because too many waited. */
    public long rejected() {
        return rejected.sum();
    }
}
