package org.chromaproxy.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Requests are due at a fixed rate, and rounding does not add up. */
class ScheduleTest {
    @Test
    void everyRequestIsDueAtItsOwnTime() {
        Schedule schedule = new Schedule(1_000, 3, Duration.ofSeconds(2));

        assertEquals(6, schedule.count());
        for (int i = 0; i < 6; i++) {
            assertFalse(schedule.over());
            assertEquals(1_000 + Math.round(i * 1e9 / 3), schedule.due());
            schedule.advance();
        }
        assertTrue(schedule.over());
    }

    @Test
    void aLongRunKeepsItsRate() {
        Schedule schedule = new Schedule(0, 70_000, Duration.ofSeconds(10));
        for (int i = 0; i < 70_000; i++) {
            schedule.advance();
        }

        assertEquals(1_000_000_000L, schedule.due());
    }
}
