package org.chromaproxy.adopt;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** Work that is done by one thread at a time, whoever calls. Blocking, for worker threads. */
final class Turns {
    private final ReentrantLock working = new ReentrantLock();
    /** Whether somebody waits in {@link #ask}. */
    private final AtomicBoolean waiting = new AtomicBoolean();

    /** Does it when nothing else is under way; at once if its thread is in such work already. */
    void exclusively(Runnable work) {
        working.lock();
        try {
            work.run();
        } finally {
            working.unlock();
        }
    }

    /**
     * Sees to it that the whole of a turn comes after this call. Waits for what is under way, as the reason for this call
     * may have come too late for that; returns at once if another call waits already, whose turn is this one's too, and
     * without a turn when interrupted.
     *
     * @param turn the same at every call
     */
    void ask(Runnable turn) {
        if (working.isHeldByCurrentThread()) {
            turn.run();
            return;
        }
        if (!waiting.compareAndSet(false, true)) {
            return;
        }
        boolean begun = false;
        try {
            working.lockInterruptibly();
            begun = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // Who calls from here on has a reason that this turn may miss.
            waiting.set(false);
        }
        if (begun) {
            try {
                turn.run();
            } finally {
                working.unlock();
            }
        }
    }
}
