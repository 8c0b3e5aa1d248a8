package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A leader that is stopped while a client's write waits. */
class LeaderStopTest {
    private static final long LEASE_MS = 1_000;

    private final LaneBed bed = new LaneBed();
    private final RecordLanes lanes = bed.collection();
    private final LeaderStop stop = new LeaderStop(lanes, 0, LEASE_MS);
    private final Write write = bed.offer(lanes, bed.delete("a"));

    private boolean stopped() {
        return lanes.group().lane(0).held() && bed.io.sent().isEmpty();
    }

    private void assertItGoesOn() {
        bed.io.runDue();
        assertFalse(lanes.group().lane(0).held());
        bed.io.only(bed.primary()).done();
        assertTrue(write.result().isDone());
    }

    @Test
    void itGoesOnByItselfWhenTheLeaseIsOver() {
        assertEquals(0, stop.leader());
        bed.io.runFor(LEASE_MS - 1);
        assertTrue(stopped());
        bed.io.runFor(1);
        assertItGoesOn();
        assertFalse(stop.renew());
        assertFalse(stop.keep());
        assertFalse(lanes.group().lane(0).held(), "it is not stopped again");
    }

    @Test
    void eachRenewalBeginsTheLeaseAnew() {
        bed.io.runFor(LEASE_MS - 1);
        assertTrue(stop.renew());
        bed.io.runFor(LEASE_MS - 1);
        assertTrue(stop.renew());
        bed.io.runFor(LEASE_MS - 1);
        assertTrue(stopped());
        bed.io.runFor(1);
        assertItGoesOn();
    }

    @Test
    void oneThatIsKeptNeedsNoLease() {
        assertTrue(stop.keep());
        bed.io.runFor(100 * LEASE_MS);
        assertTrue(stopped());
        stop.end();
        assertItGoesOn();
    }

    @Test
    void oneThatIsOverDoesNotEndTheNext() {
        stop.end();
        bed.io.only(bed.primary()).done();
        LeaderStop next = new LeaderStop(lanes, 0, 10 * LEASE_MS);
        stop.end();
        bed.io.runFor(2 * LEASE_MS);
        assertTrue(lanes.group().lane(0).held());
        assertTrue(next.renew());
        bed.offer(lanes, bed.delete("b"));
        assertEquals(List.of("a"), bed.idsSentTo(bed.primary()));
        next.end();
        bed.io.runDue();
        assertEquals(List.of("a", "b"), bed.idsSentTo(bed.primary()));
    }
}
