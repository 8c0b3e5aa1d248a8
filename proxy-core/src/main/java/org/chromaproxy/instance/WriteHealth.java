package org.chromaproxy.instance;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.time.Clock;

/**
 * Whether an instance takes writes, as its answers to writes tell: with a full disk or a locked database it goes on
 * answering probes and reads. While it is write-down, nobody's writes are sent there. Thread-safe.
 */
public final class WriteHealth {
    /** Faults in a row, of whatever lanes, that make an instance write-down. */
    private static final int MAX_FAULTS = 3;
    /** Bytes under way that keep an instance busy. */
    private static final long MUCH = 512 << 10;

    private final Clock clock;
    private final ReadLoad reads;
    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile int faults;
    private volatile boolean doubted;
    /** Whose writes have failed since one succeeded. Guarded by this; few, since so many faults make it write-down. */
    private final Set<Object> culprits = new HashSet<>();
    /** Guarded by this. */
    private String firstFault = "";

    private volatile boolean down;
    private volatile String reason = "";
    private volatile Instant since;
    private volatile long troubledAt;

    WriteHealth(Clock clock, ReadLoad reads) {
        this.clock = clock;
        this.reads = reads;
        this.since = clock.now();
        this.troubledAt = clock.nanoTime() - TimeUnit.DAYS.toNanos(1);
    }

    /**
     * A write is sent there; {@link #ended} follows, whatever becomes of it.
     *
     * @param size bytes of its body
     */
    public void begun(int size) {
        bytes.addAndGet(size);
        underWay.incrementAndGet();
    }

    /** It is answered, or never will be. */
    public void ended(int size) {
        underWay.decrementAndGet();
        bytes.addAndGet(-size);
    }

    /** Bytes of the writes that were sent there and are not answered yet. */
    public long bytesUnderWay() {
        return bytes.get();
    }

    /** Whether it executes so much that whatever it is asked meanwhile waits for some time. */
    public boolean busy() {
        return bytes.get() >= MUCH;
    }

    /** Whether some write was sent there and is not answered yet. */
    public boolean underWay() {
        return underWay.get() > 0;
    }

    /** How many writes it has applied. A record that fails while this grows is at fault itself. */
    public long applied() {
        return applied.get();
    }

    /** A write got a 2xx answer. */
    public void succeeded() {
        applied.incrementAndGet();
        if (doubtful()) {
            clear();
        }
    }

    /**
     * A write was answered with a fault, or its connection was closed, though the instance lives.
     *
     * @param culprit whose write it was, where that is known: what one client sends may fail again and again, and counts once
     *     in a row of faults. Whether it is the instance the proxy's own trial tells, of which every failure counts.
     */
    public void faulted(String why, Optional<Object> culprit) {
        boolean changed = false;
        synchronized (this) {
            troubledAt = clock.nanoTime();
            if (culprit.isEmpty() || culprits.add(culprit.get())) {
                firstFault = faults == 0 ? why : firstFault;
                faults++;
                changed = !down && faults >= MAX_FAULTS;
            }
            if (changed) {
                goDown(faults + " writes in a row failed, the first: " + firstFault);
            }
        }
        tell(changed);
    }

    /** Something on the way answered a write, or it is too busy for one: whether it takes any has to be tried. */
    public void doubted() {
        troubledAt = clock.nanoTime();
        doubted = true;
        tell(false);
    }

    /**
     * A write is unanswered for too long. If nothing was applied since it was sent, that is the instance's doing, unless it executes
     * a read that keeps it from everything else.
     *
     * @param appliedBefore {@link #applied} when it was sent
     */
    public void unanswered(long appliedBefore, String why) {
        synchronized (this) {
            if (down || applied.get() != appliedBefore || reads.heavy()) {
                return;
            }
            troubledAt = clock.nanoTime();
            faults++;
            goDown(why);
        }
        tell(true);
    }

    private void goDown(String why) {
        since = clock.now();
        reason = why;
        down = true;
    }

    /** It takes writes again, or is another process now. */
    void clear() {
        boolean changed;
        synchronized (this) {
            changed = down;
            faults = 0;
            culprits.clear();
            doubted = false;
            down = false;
            reason = "";
            if (changed) {
                since = clock.now();
            }
        }
        if (changed) {
            tell(true);
        }
    }

    /** Whether its writes fail, so that none but the proxy's own trial is sent. */
    public boolean down() {
        return down;
    }

    /** Whether a write failed, or was not the instance's to answer, and none has succeeded since. */
    public boolean doubtful() {
        return doubted || faults != 0;
    }

    /** Why it is write-down, for humans; empty while it is not. */
    public String reason() {
        return reason;
    }

    /** Since when it is write-down, or takes writes again. */
    public Instant since() {
        return since;
    }

    /** Nanoseconds since a write last failed here. */
    public long soundNanos() {
        return clock.nanoTime() - troubledAt;
    }

    /** Hears every fault and every change from now on, on the thread that causes it. */
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    private void tell(boolean changed) {
        listeners.forEach(listener -> listener.heard(changed));
    }

    /** Hears of an instance's trouble with writes. */
    @FunctionalInterface
    public interface Listener {
        /** @param changed whether it became write-down, or takes writes again; otherwise one write failed */
        void heard(boolean changed);
    }
}
