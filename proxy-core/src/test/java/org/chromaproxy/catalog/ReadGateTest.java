package org.chromaproxy.catalog;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReadGateTest {
    private static final int LEADER = 0;
    private static final int FOLLOWER = 1;

    private final ReadGate gate = new ReadGate(2, LEADER);

    @Test
    void aFollowerIsReadOnlyWhileItHasAppliedAllThatWasSentToAnybody() {
        assertTrue(gate.readable(FOLLOWER));

        gate.sending(7);
        assertTrue(gate.readable(LEADER));
        assertFalse(gate.readable(FOLLOWER));
        assertTrue(gate.readable(FOLLOWER, 0));
        gate.applied(FOLLOWER, 7);
        assertTrue(gate.readable(FOLLOWER));
    }

    @Test
    void aNewLeaderIsReadOnlyWhenItHasAppliedWhatWasSentToTheOldOne() {
        gate.sending(7);
        gate.lead(FOLLOWER);
        gate.applied(FOLLOWER, 6);
        assertFalse(gate.readable(FOLLOWER));

        gate.applied(FOLLOWER, 7);
        assertTrue(gate.readable(FOLLOWER));
        assertFalse(gate.readable(LEADER));
    }

    @Test
    void afterAStartNothingIsReadUntilTheLogIsAppliedAgain() {
        gate.recovering(9);
        assertFalse(gate.readable(LEADER));

        gate.applied(LEADER, 9);
        assertTrue(gate.readable(LEADER));
    }

    @Test
    void whoIsDoubtedOrDeletingIsNotRead() {
        gate.doubted(FOLLOWER, true);
        gate.dropping(LEADER, true);
        assertFalse(gate.readable(FOLLOWER));
        assertFalse(gate.readable(LEADER));

        gate.doubted(FOLLOWER, false);
        gate.dropping(LEADER, false);
        assertTrue(gate.readable(FOLLOWER));
        assertTrue(gate.readable(LEADER));
    }

    @Test
    void aReadIsNotedOnce() {
        gate.noteRead();
        assertTrue(gate.takeRead());
        assertFalse(gate.takeRead());
    }
}
