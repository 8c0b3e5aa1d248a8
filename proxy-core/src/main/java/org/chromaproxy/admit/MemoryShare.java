package org.chromaproxy.admit;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Bytes of one kind that may be in memory at once. Thread-safe, without locks. */
public final class MemoryShare {
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong waits = new AtomicLong();
    private final LongAdder refused = new LongAdder();
    private final ConcurrentLinkedQueue<Wait> waiting = new ConcurrentLinkedQueue<>();

    /** @param limit bytes */
    MemoryShare(long limit) {
        this.limit = limit;
    }

    /**
     * Reserves bytes, at once or when others have given enough back; in the order of asking.
     *
     * @param granted called on {@code loop}
     * @param refused called on {@code loop} when the time is over
     * @return what waits; empty if they were granted at once, before this returned
     */
    public Optional<Wait> reserve(int bytes, EventLoop loop, long timeoutMs, Runnable granted, Runnable refused) {
        if (waiting.isEmpty() && take(bytes)) {
            granted.run();
            return Optional.empty();
        }
        waits.incrementAndGet();
        Wait wait = new Wait(bytes, loop, granted);
        wait.timer = loop.schedule(
                () -> {
                    if (wait.end()) {
                        this.refused.increment();
                        refused.run();
                        serve();
                    }
                },
                timeoutMs,
                TimeUnit.MILLISECONDS);
        waiting.add(wait);
        serve();
        return Optional.of(wait);
    }

    /** Reserves bytes now, unless there are too few or others wait for some; whether it did. Any thread. */
    public boolean tryReserve(long bytes) {
        boolean taken = waiting.isEmpty() && take(bytes);
        if (!taken) {
            refused.increment();
        }
        return taken;
    }

    /** Gives bytes back. */
    public void release(long bytes) {
        if (bytes > 0) {
            used.addAndGet(-bytes);
            serve();
        }
    }

    private boolean take(long bytes) {
        long now = used.get();
        while (now + bytes <= limit) {
            if (used.compareAndSet(now, now + bytes)) {
                peak.accumulateAndGet(now + bytes, Math::max);
                return true;
            }
            now = used.get();
        }
        return false;
    }

    private void serve() {
        for (Wait first = waiting.peek(); first != null; first = waiting.peek()) {
            if (first.done.get()) {
                waiting.remove(first);
            } else if (!take(first.bytes)) {
                return;
            } else if (first.end()) {
                first.loop.execute(first.granted);
            } else {
                used.addAndGet(-first.bytes);
            }
        }
    }

    public long used() {
        return used.get();
    }

    public long peak() {
        return peak.get();
    }

    public long limit() {
        return limit;
    }

    /** Whether somebody waits for bytes now. */
    public boolean contended() {
        return !waiting.isEmpty();
    }

    /** How often somebody had to wait. */
    public long waits() {
        return waits.get();
    }

    /** How often there were too few. */
    public long refused() {
        return refused.sum();
    }

    /** Somebody who waits for bytes. */
    public final class Wait {
        private final int bytes;
        private final EventLoop loop;
        private final Runnable granted;
        private final AtomicBoolean done = new AtomicBoolean();
        private volatile @Nullable ScheduledFuture<?> timer;

        private Wait(int bytes, EventLoop loop, Runnable granted) {
            this.bytes = bytes;
            this.loop = loop;
            this.granted = granted;
        }

        /** Waits no longer; false if the bytes are granted already: then that is told, and they have to be given back. */
        public boolean cancel() {
            boolean ended = end();
            if (ended) {
                serve();
            }
            return ended;
        }

        private boolean end() {
            if (!done.compareAndSet(false, true)) {
                return false;
            }
            waiting.remove(this);
            ScheduledFuture<?> overdue = timer;
            if (overdue != null) {
                overdue.cancel(false);
            }
            return true;
        }
    }
}
