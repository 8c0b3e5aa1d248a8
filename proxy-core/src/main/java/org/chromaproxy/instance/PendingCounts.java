package org.chromaproxy.instance;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.time.Clock;

/** How far one instance is behind the log, and how fast it comes closer. Thread-safe; counting takes no lock. */
public final class PendingCounts {
    private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(900);
    private static final int SAMPLES = 6;

    private record Sample(long nanos, long applied, long pending) {}

    private final Clock clock;
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong applied = new AtomicLong();
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private volatile Instant oldest = Instant.MAX;
    private volatile long lanes;
    private volatile boolean following;

    PendingCounts(Clock clock) {
        this.clock = clock;
    }

    /** It has more, or with negative figures less, before it. */
    public void add(long moreRecords, long moreBytes) {
        records.addAndGet(moreRecords);
        bytes.addAndGet(moreBytes);
    }

    /** A record is applied there, or rightly skipped. */
    public void done(long bodyBytes) {
        applied.incrementAndGet();
        add(-1, -bodyBytes);
    }

    /**
     * What a look over the lanes found.
     *
     * @param waiting when the oldest record that waits was logged; {@link Instant#MAX} for none
     * @param behind how many lanes have something to apply
     * @param lingering whether some wait for a moment of their own accord; such count neither as old nor as behind
     */
    public void surveyed(Instant waiting, long behind, boolean lingering) {
        oldest = waiting;
        lanes = behind;
        following = lingering;
    }

    /** Records logged and not applied there yet, those of diverged places aside; after a start perhaps a little too many. */
    public long records() {
        return Math.max(0, records.get());
    }

    /** Bytes of their bodies. */
    public long bytes() {
        return Math.max(0, bytes.get());
    }

    public long lanesBehind() {
        return lanes;
    }

    /** Milliseconds since the oldest of them was logged, to about a second; 0 for none. */
    public long ageMs() {
        Instant logged = oldest;
        return records() == 0 || logged.equals(Instant.MAX)
                ? 0
                : Math.max(0, clock.now().toEpochMilli() - logged.toEpochMilli());
    }

    /** Whether a look has come since something waits. */
    boolean dated() {
        return following || !oldest.equals(Instant.MAX);
    }

    /** Notes where the counts stand, about once a second however often it is called. */
    synchronized void sample() {
        long now = clock.nanoTime();
        if (!samples.isEmpty() && now - samples.getLast().nanos < SAMPLE_NANOS) {
            return;
        }
        samples.add(new Sample(now, applied.get(), records.get()));
        if (samples.size() > SAMPLES) {
            samples.remove();
        }
    }

    /** Records applied per second over the last seconds; 0 before two samples. */
    public synchronized double rate() {
        return samples.size() < 2 ? 0 : (samples.getLast().applied - samples.getFirst().applied) / seconds();
    }

    /** Seconds until nothing waits, if it goes on as in the last seconds; empty when it does not come closer. */
    public synchronized OptionalDouble secondsLeft() {
        if (records() == 0) {
            return OptionalDouble.of(0);
        }
        double closer = samples.size() < 2 ? 0 : (samples.getFirst().pending - samples.getLast().pending) / seconds();
        return closer > 0 ? OptionalDouble.of(records() / closer) : OptionalDouble.empty();
    }

    private double seconds() {
        return (samples.getLast().nanos - samples.getFirst().nanos) / 1e9;
    }
}
