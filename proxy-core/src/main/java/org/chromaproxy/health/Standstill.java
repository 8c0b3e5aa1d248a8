package org.chromaproxy.health;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Notices that this process, or its host, stood still: then another proxy may own the log, and nothing known of the servers
 * holds. Told by a timer that comes late, or by the wall clock running ahead of the monotonic one, which stops while a host
 * is suspended. Until {@link #confirmed}, nothing may be served or sent. Thread-safe.
 */
public final class Standstill {
    /** A timer this late missed the owner's lease: the successor may have begun. */
    static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** More than clocks are ever corrected in one step while they run in order. */
    static final long AHEAD_MS = 2_000;

    private record Look(long nanos, long wallMs) {}

    private final LongSupplier nanos;
    private final LongSupplier wallMs;
    private volatile Look last;
    private volatile boolean noticed;
    private volatile long noticedNanos;

    /**
     * @param nanos monotonic clock, ns
     * @param wallMs wall clock, ms
     */
    public Standstill(LongSupplier nanos, LongSupplier wallMs) {
        this.nanos = nanos;
        this.wallMs = wallMs;
        this.last = new Look(nanos.getAsLong(), wallMs.getAsLong());
    }

    /** The timer begins: what passed before it was no standstill. */
    public void begin() {
        last = new Look(nanos.getAsLong(), wallMs.getAsLong());
        noticed = false;
    }

    /** Looks at both clocks; to be called by a timer, far more often than {@link #LATE_NANOS}. */
    public void tick() {
        look();
        last = new Look(nanos.getAsLong(), wallMs.getAsLong());
    }

    /** Whether something stood still that is not {@linkplain #confirmed confirmed} to be over; looks at both clocks. */
    public boolean unconfirmed() {
        look();
        return noticed;
    }

    private void look() {
        Look before = last;
        long now = nanos.getAsLong();
        long passed = now - before.nanos();
        long ahead = wallMs.getAsLong() - before.wallMs() - TimeUnit.NANOSECONDS.toMillis(passed);
        if (passed > LATE_NANOS || ahead > AHEAD_MS) {
            noticedNanos = now;
            noticed = true;
        }
    }

    /** When it was last noticed, by the monotonic clock: what is to be confirmed must be newer. */
    public long noticedNanos() {
        return noticedNanos;
    }

    /** Everything was confirmed after {@link #noticedNanos}. */
    public void confirmed(long asOfNanos) {
        if (asOfNanos - noticedNanos >= 0) {
            noticed = false;
        }
    }
}
