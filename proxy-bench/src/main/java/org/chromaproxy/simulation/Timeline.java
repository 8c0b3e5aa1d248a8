package org.chromaproxy.simulation;

import java.time.Instant;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.chromaproxy.time.Clock;

/** What happens next, in simulated time; and all chance there is. The same seed gives the same course of events. */
final class Timeline implements Clock {
    private record Event(long at, long order, Runnable action) {}

    private static final long START = TimeUnit.HOURS.toNanos(1);

    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private final RandomGenerator random;
    private long now = START;
    private long count;
    private long asides;

    Timeline(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
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
        events.add(new Event(now + Math.max(0, nanos), count++, action));
    }

    /** The same in milliseconds. */
    void afterMs(long millis, Runnable action) {
        after(TimeUnit.MILLISECONDS.toNanos(millis), action);
    }

    /** A look at what is there so many nanoseconds from now, behind all that happens then. Not counted, and nothing may depend on it. */
    void aside(long nanos, Runnable look) {
        events.add(new Event(now + nanos, Long.MAX_VALUE / 2 + asides++, look));
    }

    /** Lets the next thing happen. */
    void step() {
        Event next = events.remove();
        now = next.at;
        next.action.run();
    }

    /** How many things have happened, or will. */
    long count() {
        return count;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From {@code least} to {@code most}. */
    long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    UUID uuid() {
        long high = (random.nextLong() & ~0xf000L) | 0x7000L;
        return new UUID(high, (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
    }
}
