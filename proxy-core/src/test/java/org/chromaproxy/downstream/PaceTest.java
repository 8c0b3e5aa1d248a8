package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

/** Time is counted in looks, one a second. */
class PaceTest {
    private final Pace pace = new Pace(() -> 15_000, () -> 30_000);

    private int secondsOfAHead() {
        int seconds = 1;
        while (!pace.headTooSlow(true)) {
            seconds++;
        }
        return seconds;
    }

    @Test
    void aHeadHasItsTimeHoweverManyPiecesItComesIn() {
        assertEquals(16, secondsOfAHead());
        assertFalse(pace.headTooSlow(false));
        assertEquals(16, secondsOfAHead());
    }

    @Test
    void aBodyThatDripsIsCutOffAndOneThatFlowsIsNot() {
        pace.begin();
        int seconds = 1;
        while (!pace.bodyTooSlow(false)) {
            pace.received(1);
            seconds++;
        }
        assertEquals(31, seconds);
        pace.begin();
        for (int i = 0; i < 10_000; i++) {
            pace.received(Pace.LEAST_RATE);
            assertFalse(pace.bodyTooSlow(false));
        }
    }
}
