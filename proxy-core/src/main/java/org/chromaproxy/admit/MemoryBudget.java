package org.chromaproxy.admit;

import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes of request bodies that may be in memory at once. At the bound sockets stop being read. */
public final class MemoryBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong waits = new AtomicLong();
    private final ConcurrentLinkedQueue<Waiter> waiting = new ConcurrentLinkedQueue<>();

    /** @param limit bytes */
    public MemoryBudget(long limit) {
        this.limit = limit;
    }

    /**
     * Reserves bytes, at once or when others have given enough back; in the order of asking.
     *
     * @param granted called on {@code loop}
     * @param refused called on {@code loop} when the time is over
     */
    public void reserve(int bytes, EventLoop loop, long timeoutMs, Runnable granted, Runnable refused) {
        if (waiting.isEmpty() && take(bytes)) {
            granted.run();
            return;
        }
        waits.incrementAndGet();
        Waiter waiter = new Waiter(bytes, loop, granted, new AtomicBoolean());
        waiting.add(waiter);
        loop.schedule(
                () -> {
                    if (waiter.done.compareAndSet(false, true)) {
                        waiting.remove(waiter);
                        refused.run();
                        serve();
                    }
                },
                timeoutMs,
                TimeUnit.MILLISECONDS);
        serve();
    }

    /** Reserves bytes now, unless there are too few or others wait for some; whether it did. Any thread. */
    public boolean tryReserve(int bytes) {
        return waiting.isEmpty() && take(bytes);
    }

    /** Gives bytes back. */
    public void release(int bytes) {
        used.addAndGet(-bytes);
        serve();
    }

    private boolean take(int bytes) {
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
        for (Waiter first = waiting.peek(); first != null; first = waiting.peek()) {
            if (first.done.get()) {
                waiting.remove(first);
            } else if (!take(first.bytes)) {
                return;
            } else if (first.done.compareAndSet(false, true)) {
                waiting.remove(first);
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

    /** How often a request had to wait for memory. */
    public long waits() {
        return waits.get();
    }

    private record Waiter(int bytes, EventLoop loop, Runnable granted, AtomicBoolean done) {}
}
