package org.chromaproxy.admit;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of one kind that may be in memory at once. Thread-safe; one short lock for those that have an owner.
 *
 * <p>An owner (a principal) has three quarters at most, and always one reservation, so that many of one never keep another's
 * out. Owners that wait are served in rotation, each in the order of asking.
 */
public final class MemoryShare {
    /** An owner may have this part of all bytes, in quarters. */
    private static final int OWNER_QUARTERS = 3;

    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong waits = new AtomicLong();
    private final LongAdder refused = new LongAdder();
    private final Object lock = new Object();
    /** Those that hold or want something. Guarded by the lock. */
    private final Map<Object, Owner> owners = new HashMap<>();
    /** Those that wait, the next one first. Guarded by the lock. */
    private final SequencedSet<Owner> rotation = new LinkedHashSet<>();

    private volatile boolean contended;

    /** @param limit bytes */
    MemoryShare(long limit) {
        this.limit = limit;
    }

    /** What one has and wants. Guarded by the lock. */
    private static final class Owner {
        private final Object key;
        private final SequencedSet<Wait> waiting = new LinkedHashSet<>();
        private long used;

        Owner(Object key) {
            this.key = key;
        }
    }

    /**
     * Reserves bytes, at once or when others have given enough back.
     *
     * @param owner whose they are
     * @param granted called on {@code loop}
     * @param refused called on {@code loop} when the time is over
     * @return what waits; empty if they were granted at once, before this returned
     */
    public Optional<Wait> reserve(
            Object owner, int bytes, EventLoop loop, long timeoutMs, Runnable granted, Runnable refused) {
        if (takeAtOnce(owner, bytes)) {
            granted.run();
            return Optional.empty();
        }
        waits.incrementAndGet();
        Wait wait = new Wait(owner, bytes, loop, granted);
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
        synchronized (lock) {
            Owner own = owners.computeIfAbsent(owner, Owner::new);
            own.waiting.add(wait);
            rotation.add(own);
            contended = true;
        }
        serve();
        return Optional.of(wait);
    }

    private boolean takeAtOnce(Object owner, int bytes) {
        synchronized (lock) {
            Owner own = owners.get(owner);
            boolean first = own == null || own.waiting.isEmpty();
            if (!first
                    || (own != null && sated(own, bytes))
                    || !rotation.stream().allMatch(MemoryShare.this::sated)) {
                return false;
            }
            if (!take(bytes)) {
                return false;
            }
            owners.computeIfAbsent(owner, Owner::new).used += bytes;
            return true;
        }
    }

    /** Whether it would have too much with what it wants next. */
    private boolean sated(Owner owner) {
        return !owner.waiting.isEmpty() && sated(owner, owner.waiting.getFirst().bytes);
    }

    private boolean sated(Owner owner, int bytes) {
        return owner.used > 0 && owner.used + bytes > limit / 4 * OWNER_QUARTERS;
    }

    /** Reserves bytes of nobody in particular now, unless there are too few; whether it did. Any thread. */
    public boolean tryReserve(long bytes) {
        boolean taken = take(bytes);
        if (!taken) {
            refused.increment();
        }
        return taken;
    }

    /** Gives bytes back that {@link #tryReserve} took. */
    public void release(long bytes) {
        if (bytes > 0) {
            used.addAndGet(-bytes);
            serve();
        }
    }

    /** Gives bytes of an owner back. */
    public void release(Object owner, long bytes) {
        if (bytes > 0) {
            synchronized (lock) {
                giveBack(owner, bytes);
            }
            serve();
        }
    }

    private void giveBack(Object owner, long bytes) {
        used.addAndGet(-bytes);
        Owner own = owners.get(owner);
        if (own == null || own.used < bytes) {
            throw new IllegalStateException("more is given back than was taken");
        }
        own.used -= bytes;
        forget(own);
    }

    private void forget(Owner owner) {
        if (owner.waiting.isEmpty()) {
            rotation.remove(owner);
            contended = !rotation.isEmpty();
            if (owner.used == 0) {
                owners.remove(owner.key);
            }
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
        if (!contended) {
            return;
        }
        List<Wait> served = new ArrayList<>();
        synchronized (lock) {
            for (Wait next = next(); next != null && take(next.bytes); next = next()) {
                Owner own = owners.computeIfAbsent(next.owner, Owner::new);
                own.used += next.bytes;
                own.waiting.remove(next);
                rotation.remove(own);
                if (!own.waiting.isEmpty()) {
                    rotation.addLast(own);
                }
                served.add(next);
            }
            contended = !rotation.isEmpty();
        }
        for (Wait wait : served) {
            if (wait.end()) {
                wait.loop.execute(wait.granted);
            } else {
                release(wait.owner, wait.bytes);
            }
        }
    }

    /** What is served next, as soon as there are bytes: whoever has too much is passed over. */
    private @Nullable Wait next() {
        for (Owner owner : rotation) {
            if (!sated(owner)) {
                return owner.waiting.getFirst();
            }
        }
        return null;
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
        return contended;
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
        private final Object owner;
        private final int bytes;
        private final EventLoop loop;
        private final Runnable granted;
        private final AtomicBoolean done = new AtomicBoolean();
        private volatile @Nullable ScheduledFuture<?> timer;

        private Wait(Object owner, int bytes, EventLoop loop, Runnable granted) {
            this.owner = owner;
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
            synchronized (lock) {
                Owner own = owners.get(owner);
                if (own != null && own.waiting.remove(this)) {
                    forget(own);
                }
            }
            ScheduledFuture<?> overdue = timer;
            if (overdue != null) {
                overdue.cancel(false);
            }
            return true;
        }
    }
}
