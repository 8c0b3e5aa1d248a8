package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.lane.Turns.Turn;
import org.chromaproxy.time.Clock;
import org.junit.jupiter.api.Test;

class EndingsTest {
    private final Endings endings = new Endings(7, Clock.SYSTEM);

    /** Sent when the instance had been lost so often, cut off, and seen when it has been lost so often. */
    private void cutOff(long lostAtSend, long lostNow) {
        endings.cutOff(lostAtSend);
        endings.look(lostNow);
    }

    @Test
    void aConnectionThatBreaksIsNoEnd() {
        for (int i = 0; i < 10; i++) {
            cutOff(0, 0);
        }
        assertEquals(0, endings.count());
    }

    @Test
    void oneThatEndsTwiceIsSuspectAndFourTimesProved() {
        cutOff(0, 1);
        assertFalse(endings.suspect());
        cutOff(1, 2);
        assertTrue(endings.suspect());
        cutOff(2, 3);
        assertFalse(endings.proved());
        cutOff(3, 4);
        assertTrue(endings.proved());
    }

    @Test
    void theEndIsOftenKnownOnlyAfterTheNextAttemptHasBegun() {
        endings.cutOff(0);
        endings.look(0);
        endings.cutOff(0);
        endings.look(1);
        assertEquals(1, endings.count());
        endings.look(2);
        assertEquals(1, endings.count(), "nothing of it was under way");
    }

    @Test
    void anAnswerClearsIt() {
        cutOff(0, 1);
        cutOff(1, 2);
        endings.cutOff(2);
        endings.survived();
        endings.look(3);
        assertEquals(0, endings.count());
    }

    @Test
    void theTurnGoesOnWhenItEnds() {
        Turns turns = new Turns();
        List<Turn> next = new ArrayList<>();
        turns.await(Runnable::run, endings::begin);
        turns.await(Runnable::run, next::add);
        assertTrue(endings.hasTurn());
        assertEquals(0, next.size());
        endings.endTurn();
        assertFalse(endings.hasTurn());
        assertEquals(1, next.size());
    }
}
