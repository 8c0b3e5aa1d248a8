package org.chromaproxy.route;

import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Mints public ids: UUID version 7 (RFC 9562), each greater than the one before, in this process, even when the clock
 * steps back. Safe on any thread.
 */
public final class PublicIds {
    private final InstantSource clock;
    private final RandomGenerator random;
    /** Milliseconds and, below them, the 12 bits of {@code rand_a} used as a counter (RFC 9562, section 6.2). */
    private long last;

    public PublicIds(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new id. */
    public synchronized UUID mint() {
        // The counter starts in the lower half, so that bursts within one millisecond rarely borrow from the next.
        long now = (clock.millis() << 12) | random.nextInt(1 << 11);
        last = Math.max(now, last + 1);
        long high = ((last >>> 12) << 16) | 0x7000L | (last & 0xfff);
        long low = (random.nextLong() >>> 2) | (1L << 63);
        return new UUID(high, low);
    }
}
