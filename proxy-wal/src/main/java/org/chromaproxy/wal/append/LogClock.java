package org.chromaproxy.wal.append;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The writer's time, so that tests can drive it. */
public interface LogClock {
    /** The machine's clocks. */
    LogClock SYSTEM = new LogClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now().truncatedTo(ChronoUnit.MICROS);
        }
    };

    /** Monotonic, ns, of arbitrary origin. */
    long nanoTime();

    /** Wall clock, no finer than PostgreSQL stores: microseconds. */
    Instant now();
}
