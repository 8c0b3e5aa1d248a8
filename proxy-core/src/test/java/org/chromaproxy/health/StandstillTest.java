package org.chromaproxy.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StandstillTest {
    private long monotonicMs = 1_000;
    private long wallMs = 1_800_000_000_000L;
    private final Standstill standstill =
            new Standstill(() -> TimeUnit.MILLISECONDS.toNanos(monotonicMs), () -> wallMs);

    private void pass(long ms) {
        monotonicMs += ms;
        wallMs += ms;
    }

    @Test
    void timeThatPassesInOrderIsNoStandstill() {
        for (int i = 0; i < 1_000; i++) {
            pass(500);
            standstill.tick();
            assertFalse(standstill.unconfirmed());
        }
    }

    @Test
    void aHostThatWasSuspendedIsNoticedByTheFirstRequestThoughTheMonotonicClockStoodStill() {
        wallMs += 140_000;
        monotonicMs += 3;
        assertTrue(standstill.unconfirmed());
        standstill.tick();
        assertTrue(standstill.unconfirmed(), "the timer alone confirms nothing");
    }

    @Test
    void aTimerThatComesLateIsNoticed() {
        pass(80_000);
        assertTrue(standstill.unconfirmed());
    }

    @Test
    void theWallClockMayBeSetBack() {
        wallMs -= 3_600_000;
        standstill.tick();
        assertFalse(standstill.unconfirmed());
    }

    @Test
    void onlyWhatIsNewerThanTheStandstillConfirmsItsEnd() {
        pass(80_000);
        assertTrue(standstill.unconfirmed());
        standstill.tick();
        standstill.confirmed(standstill.noticedNanos() - 1);
        assertTrue(standstill.unconfirmed());
        standstill.confirmed(standstill.noticedNanos() + 1);
        assertFalse(standstill.unconfirmed());
        assertEquals(TimeUnit.MILLISECONDS.toNanos(81_000), standstill.noticedNanos());
    }
}
