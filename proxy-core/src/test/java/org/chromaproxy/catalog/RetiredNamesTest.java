package org.chromaproxy.catalog;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.chromaproxy.support.HandClock;
import org.chromaproxy.wal.record.Mapping;
import org.junit.jupiter.api.Test;

class RetiredNamesTest {
    private static final Mapping.Path PATH = new Mapping.Path("tenant", "database", "a-name");

    private final HandClock clock = new HandClock();
    private final RetiredNames retired = new RetiredNames(clock);

    @Test
    void aNameIsHeldForTheDayAfterItWasGivenUp() {
        retired.add(PATH);

        clock.pass(Duration.ofHours(24).minusNanos(1));
        assertTrue(retired.holds(PATH));
        assertFalse(retired.holds(new Mapping.Path("tenant", "another", "a-name")));
        clock.pass(Duration.ofNanos(1));
        assertFalse(retired.holds(PATH));
    }

    @Test
    void whatWasGivenUpBeforeARestartHasTheRestOfItsDay() {
        retired.add(PATH, 10);

        clock.pass(Duration.ofSeconds(9));
        assertTrue(retired.holds(PATH));
        clock.pass(Duration.ofSeconds(1));
        assertFalse(retired.holds(PATH));
    }
}
