package org.chromaproxy.time;

import java.time.Instant;

/** Tells the time. Thread-safe, unless an implementation for simulated time says otherwise. */
public interface Clock {
    /** The machine's own. */
    Clock SYSTEM = new Clock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }
    };

    /** Nanoseconds since an arbitrary moment, never going back; differences alone mean something. */
    long nanoTime();

    /** The time of day, for people and for rows of the log. */
    Instant now();
}
