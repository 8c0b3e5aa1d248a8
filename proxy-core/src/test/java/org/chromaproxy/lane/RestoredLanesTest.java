package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Change;
import org.junit.jupiter.api.Test;

/** The lanes that nobody holds in memory. */
class RestoredLanesTest {
    private static final UUID LANE = new UUID(1, 1);
    private static final int PRIMARY = 0;
    private static final int REPLICA = 1;

    private final LaneBed bed = new LaneBed();
    private final Instances instances = bed.instances;
    private final RestoredLanes restored = new RestoredLanes(instances);

    private static Backlog.Tail tail(long last) {
        return new Backlog.Tail(2, 10, last, Instant.EPOCH);
    }

    private void stand(long primary, long replica) {
        restored.add(new Change.Cursor(LANE, "primary", primary));
        restored.add(new Change.Cursor(LANE, "replica", replica));
    }

    @Test
    void cursorsOfServersThatAreNotConfiguredAnyMoreAreLeftOut() {
        restored.add(new Change.Cursor(LANE, "another", 9));
        assertEquals(-1, restored.cursor(LANE, PRIMARY));
        assertEquals(Long.MAX_VALUE, restored.oldestPending());
    }

    @Test
    void theTermOfALeaderThatIsNotConfiguredAnyMoreCounts() {
        restored.add(new Change.Lead(LANE, "another", 4, List.of()));
        assertEquals(OptionalInt.empty(), restored.leader(LANE));
        assertEquals(4, restored.led(LANE).term());
    }

    @Test
    void whatSomeServerHasPassedIsDecided() {
        stand(5, 2);
        assertTrue(restored.decided(LANE));
        restored.add(LANE, REPLICA, tail(5));
        assertTrue(restored.decided(LANE));
        restored.add(LANE, PRIMARY, tail(6));
        assertFalse(restored.decided(LANE));
    }

    @Test
    void theOldestThatIsPendingIsBehindTheCursorOfALaneThatHasSomethingToApply() {
        stand(5, 2);
        assertEquals(Long.MAX_VALUE, restored.oldestPending());
        restored.add(LANE, PRIMARY, tail(7));
        assertEquals(6, restored.oldestPending());
        restored.add(LANE, REPLICA, tail(7));
        assertEquals(3, restored.oldestPending());
        assertEquals(List.of(LANE), restored.behind(instances.get(REPLICA)));
    }

    @Test
    void aLaneThatHasSomethingToApplyIsNotForgotten() {
        stand(5, 2);
        restored.add(LANE, REPLICA, tail(5));
        assertFalse(restored.forget(LANE));
        assertEquals(2, restored.cursor(LANE, REPLICA));
        instances.get(REPLICA).pending().add(2, 10);
        restored.letGo(instances.get(REPLICA));
        assertEquals(0, instances.get(REPLICA).pending().records());
        assertTrue(restored.forget(LANE));
        assertEquals(-1, restored.cursor(LANE, REPLICA));
    }

    @Test
    void aLaneStandsAtABarrierOnlyWhereItHasNothingBeforeIt() {
        stand(5, 2);
        restored.add(LANE, REPLICA, tail(5));
        assertTrue(restored.barrier(LANE, PRIMARY, 9));
        assertFalse(restored.barrier(LANE, REPLICA, 9));
    }

    @Test
    void aGroupThatIsMadeStandsAtTheBarriersThatAreNotReleased() {
        restored.barrier(bed.id, PRIMARY, 9);
        restored.barrier(bed.id, REPLICA, 9);
        restored.release(bed.id, REPLICA);
        RecordLanes made = bed.collection();
        restored.restoreBarriers(bed.id, made);
        assertEquals(9, made.group().lane(PRIMARY).barrier());
        assertEquals(Long.MAX_VALUE, made.group().lane(REPLICA).barrier());
    }

    @Test
    void whatIsBeingHandedOverCountsUntilEverybodyFindsTheGroup() {
        RecordLanes made = bed.collection();
        UUID lane = made.group().id();
        restored.add(new Change.Cursor(lane, "primary", 5));
        restored.add(lane, PRIMARY, tail(8));
        restored.restore(lane, made.group());
        assertEquals(0, restored.size());
        assertEquals(6, restored.oldestPending());
        restored.handedOver(lane);
        assertEquals(Long.MAX_VALUE, restored.oldestPending());
        assertEquals(5, made.group().lane(PRIMARY).cursor.applied());
    }

    @Test
    void whatIsLetGoOfIsKeptAsItStood() {
        RecordLanes made = bed.collection();
        LaneGroup<?> group = made.group();
        group.restoreCursor(PRIMARY, 5);
        restored.keep(group);
        assertEquals(5, restored.cursor(group.id(), PRIMARY));
        assertEquals(group.gate().leader(), restored.leader(group.id()).orElseThrow());
    }

    @Test
    void howManyLanesHaveSomethingToApplyIsShownForEachServer() {
        restored.add(LANE, REPLICA, tail(5));
        Survey.Look look = new Survey(instances).new Look();
        restored.survey(look);
        look.publish(this);
        assertEquals(0, instances.get(PRIMARY).pending().lanesBehind());
        assertEquals(1, instances.get(REPLICA).pending().lanesBehind());
    }
}
