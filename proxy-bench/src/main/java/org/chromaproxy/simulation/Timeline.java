package org.chromaproxy.simulation;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.time.Clock;

/** What happens next, in simulated time; and all chance there is. The same seed gives the same course of events. */
final class Timeline implements Clock {
    /** From here on looks are numbered. */
    private static final long ASIDE = Long.MAX_VALUE / 2;

    private static final long START = TimeUnit.HOURS.toNanos(1);

    private final Agenda events = new Agenda();
    private final long seed;
    private long now = START;
    private long count;
    private long asides;
    private long digest;

    Timeline(long seed) {
        this.seed = seed;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(now);
    }

    /** Milliseconds since the beginning. */
    double elapsedMs() {
        return (now - START) / 1e6;
    }

    /** Happens so many nanoseconds from now; behind what was put at the same time before. */
    void after(long nanos, Runnable action) {
        events.add(now + Math.max(0, nanos), count++, action);
    }

    /** The same in milliseconds. */
    void afterMs(long millis, Runnable action) {
        after(TimeUnit.MILLISECONDS.toNanos(millis), action);
    }

    /** A look at what is there so many nanoseconds from now, behind all that happens then. Not counted, and nothing may depend on it. */
    void aside(long nanos, Runnable look) {
        events.add(now + nanos, ASIDE + asides++, look);
    }

    /** Lets the next thing happen; looks that come before it are none. */
    void step() {
        long number;
        do {
            number = events.number();
            now = events.moment();
            events.remove().run();
        } while (number >= ASIDE);
        digest = Totals.digest(digest, now + number);
    }

    /** Of what happened when: two histories that have it in common went alike, step by step. */
    long digest() {
        return digest;
    }

    /** How many things have happened, or will. */
    long count() {
        return count;
    }

    /** What an element of the history draws, whatever else there is. */
    Chance element(Object... identity) {
        return new Chance(seed, identity);
    }

    /** What is drawn for that at this moment. */
    Chance here(Object... identity) {
        return new Chance(seed ^ now, identity);
    }
}
