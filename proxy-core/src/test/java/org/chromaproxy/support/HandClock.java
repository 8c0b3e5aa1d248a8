package org.chromaproxy.support;

import java.time.Duration;
import java.time.Instant;
import org.chromaproxy.time.Clock;

/** A clock that a test moves on by hand. Not thread-safe. */
public final class HandClock implements Clock {
    private Duration passed = Duration.ZERO;

    /** So much time passes. */
    public void pass(Duration time) {
        passed = passed.plus(time);
    }

    @Override
    public long nanoTime() {
        return passed.toNanos();
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plus(passed);
    }
}
