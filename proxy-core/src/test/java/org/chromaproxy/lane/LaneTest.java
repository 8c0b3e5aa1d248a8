package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.chromaproxy.capability.Capabilities;
import org.chromaproxy.capability.Feature;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

/** A lane in no group, and barriers of lanes that are handed over. */
class LaneTest {
    private static final LaneState BUSY = new LaneState.Asking("of a test");
    /** A lane that has passed nothing for so long is stuck. */
    private static final long STUCK_MS = 2_000;

    private final LaneBed bed = new LaneBed();
    private final Lane lane = bed.lane();
    private final Lane leader = bed.lane();
    private final List<String> events = new ArrayList<>();

    private Write append(String id) {
        Write write = bed.delete(id);
        lane.queue.append(write);
        return write;
    }

    private Write appendDecided(String id) {
        Write write = append(id);
        write.decide(Write.Decision.APPLIED);
        return write;
    }

    private List<Long> lsns() {
        return lane.queue.stream().map(Write::lsn).toList();
    }

    @Test
    void whoeverComesBackLateFindsItsStepOver() {
        long first = lane.occupy(BUSY);
        assertTrue(lane.isAt(first));
        lane.free();
        assertFalse(lane.isAt(first));
        long second = lane.occupy(BUSY);
        assertFalse(lane.isAt(first), "the lane is at the same again, but for another reason");
        assertTrue(lane.isAt(second));
        long third = lane.occupy(BUSY);
        assertFalse(lane.isAt(second), "one may follow the other at once");
        lane.detach();
        assertFalse(lane.isAt(third));
        assertFalse(lane.isOccupied());
    }

    @Test
    void eachGateClosesTheLane() {
        assertTrue(lane.open());
        lane.hold(true);
        assertFalse(lane.open());
        lane.hold(false);
        lane.standStill(true);
        assertFalse(lane.open());
        lane.standStill(false);
        lane.occupy(BUSY);
        assertFalse(lane.open());
        lane.free();
        lane.follow(false);
        assertFalse(lane.open());
        lane.join(7);
        assertTrue(lane.open());
        assertEquals(7, lane.queue.readTo(0));
    }

    @Test
    void aLaneThatLeavesForgetsItsDoubt() {
        append("a");
        lane.attempts().putInDoubt();
        lane.cursor.doubt(5);
        assertTrue(lane.inDoubt());
        lane.detach();
        assertFalse(lane.inDoubt());
        assertFalse(lane.underWay());
    }

    @Test
    void everyHeadUpToTheDoubtIsInDoubtAndNoneBehindIt() {
        append("a");
        append("b");
        append("c");
        lane.cursor.doubt(2);
        lane.removeHead();
        assertTrue(lane.headInDoubt());
        lane.removeHead();
        assertFalse(lane.headInDoubt());
    }

    @Test
    void aHeadThatIsReadFromTheLogIsInDoubtUpToTheDoubt() {
        lane.cursor.doubt(1);
        lane.read(bed.delete("a"));
        assertTrue(lane.headInDoubt());
        Lane other = bed.lane();
        other.cursor.doubt(1);
        other.read(bed.delete("b"));
        assertFalse(other.headInDoubt());
    }

    @Test
    void whatTheLogRefusedIsExecutedAgainOneByOneInItsOrderAndInDoubt() {
        append("a");
        append("b");
        append("c");
        for (int i = 0; i < 2; i++) {
            Write head = lane.queue.stream().findFirst().orElseThrow();
            lane.removeHead();
            lane.cursor.unsettled().add(head, Effects.NONE);
        }
        lane.takeBack();
        assertEquals(List.of(1L, 2L, 3L), lsns());
        assertTrue(lane.headInDoubt());
        assertTrue(lane.alone());
        lane.removeHead();
        assertTrue(lane.headInDoubt());
        assertTrue(lane.alone());
        lane.removeHead();
        assertFalse(lane.headInDoubt());
        assertFalse(lane.alone());
    }

    @Test
    void theNextHeadBeginsWithoutTheTroublesOfTheLast() {
        append("a");
        append("b");
        lane.attempts().failed(0);
        lane.stands("a test", "a fault", Optional.empty());
        assertEquals(1, bed.primary().holds().all().size());
        lane.removeHead();
        assertEquals(0, lane.attempts().faults());
        assertEquals(List.of(), bed.primary().holds().all());
    }

    @Test
    void theInstanceMayHaveWhateverWasSentOrPassedAndNothingElse() {
        Write passed = append("a");
        Write doubted = append("b");
        Write sent = append("c");
        Write other = append("d");
        lane.cursor.advance(1);
        lane.cursor.doubt(2);
        lane.cursor.window().sending(3, new Footprint.Ids(List.of("c")));
        assertTrue(lane.mayHave(passed));
        assertTrue(lane.mayHave(doubted));
        assertTrue(lane.mayHave(sent));
        assertFalse(lane.mayHave(other));
        lane.queue.clear();
        lane.queue.append(other);
        assertFalse(lane.mayHave(other));
        lane.attempts().putInDoubt();
        assertTrue(lane.mayHave(other));
        lane.queue.clear();
        Write recovered = Write.recovered(bed.record(OpKind.DELETE, "{\"ids\":[\"e\"]}", ""));
        assertFalse(lane.mayHave(recovered), "it is not the head");
        lane.queue.append(recovered);
        assertTrue(lane.mayHave(recovered));
    }

    @Test
    void whoWaitsAtABarrierIsCalledOnceAndNotAtAllIfItIsDropped() {
        lane.raiseBarrier(1, () -> events.add("reached"));
        assertTrue(lane.awaitedAtBarrier());
        lane.reachBarrier();
        lane.reachBarrier();
        assertEquals(List.of("reached"), events);
        assertEquals(1, lane.barrier());
        lane.raiseBarrier(2, () -> events.add("dropped"));
        lane.dropBarrier();
        lane.reachBarrier();
        assertEquals(List.of("reached"), events);
        assertEquals(Long.MAX_VALUE, lane.barrier());
    }

    @Test
    void aBarrierIsNotReachedWhileAnythingIsLeftBeforeIt() {
        lane.raiseBarrier(1, null);
        assertTrue(lane.drainedToBarrier());
        append("a");
        assertFalse(lane.drainedToBarrier());
        lane.removeHead();
        append("b");
        assertTrue(lane.drainedToBarrier(), "it is behind the barrier");
        lane.occupy(BUSY);
        assertFalse(lane.drainedToBarrier());
        lane.free();
        lane.cursor.unsettled().add(bed.delete("c"), Effects.NONE);
        assertFalse(lane.drainedToBarrier());
        lane.cursor.unsettled().takeAll();
        lane.removeHead();
        lane.queue.leaveInLog(bed.delete("d"));
        assertFalse(lane.drainedToBarrier(), "what is in the log may come before it");
    }

    @Test
    void itHasCaughtUpWhenNothingDecidedIsLeft() {
        assertTrue(lane.caughtUp(leader));
        Write head = append("a");
        assertTrue(lane.caughtUp(leader));
        head.decide(Write.Decision.APPLIED);
        assertFalse(lane.caughtUp(leader));
        lane.removeHead();
        lane.cursor.unsettled().add(head, Effects.NONE);
        assertFalse(lane.caughtUp(leader));
        lane.cursor.unsettled().takeAll();
        lane.queue.leaveInLog(bed.delete("b"));
        leader.cursor.advance(1);
        assertFalse(lane.caughtUp(leader));
        lane.cursor.advance(1);
        assertTrue(lane.caughtUp(leader), "what is in the log is decided nowhere");
    }

    @Test
    void itHasNearlyCaughtUpWithAHundredRecordsAndNotWithMore() {
        for (int i = 0; i < 100; i++) {
            appendDecided("a");
        }
        append("undecided");
        assertTrue(lane.nearlyCaughtUp(leader));
        lane.queue.forEach(write -> write.decide(Write.Decision.APPLIED));
        assertFalse(lane.nearlyCaughtUp(leader));
        Lane spilled = bed.lane();
        IntStream.rangeClosed(0, 100).forEach(i -> spilled.queue.leaveInLog(bed.delete("a")));
        assertFalse(spilled.nearlyCaughtUp(leader));
        leader.queue.append(bed.delete("a"));
        assertTrue(spilled.nearlyCaughtUp(leader));
    }

    @Test
    void itFallsBehindOnlyWhileItMoves() {
        appendDecided("a");
        appendDecided("b");
        assertFalse(lane.fallsBehind(1), "it has not passed anything");
        lane.passed(0);
        assertTrue(lane.fallsBehind(1));
        assertFalse(lane.fallsBehind(2));
        lane.attempts().failed(0);
        assertFalse(lane.fallsBehind(1), "it is in trouble");
        lane.attempts().countFaults(0);
        lane.hold(true);
        assertFalse(lane.fallsBehind(1));
        lane.hold(false);
        bed.io.runFor(STUCK_MS);
        assertFalse(lane.fallsBehind(1));
    }

    @Test
    void nothingIsSentToAServerThatIsAwayOrFailsItsWritesOrLacksWhatTheHeadNeeds() {
        assertTrue(lane.takesWrites());
        lane.attempts().awaitUpgrade(Set.of(Feature.LIST_METADATA));
        bed.primary().capabilities(new Capabilities(Set.of(), Set.of(), Set.of(Feature.LIST_METADATA)));
        assertFalse(lane.takesWrites());
        bed.primary().capabilities(new Capabilities(Set.of(), Set.of(Feature.LIST_METADATA), Set.of()));
        assertTrue(lane.takesWrites());
        for (int i = 0; i < 3; i++) {
            bed.primary().writes().faulted("a test", Optional.empty());
        }
        assertFalse(lane.takesWrites());
        bed.primary().writes().succeeded();
        assertTrue(lane.takesWrites());
        bed.primary().become(InstanceState.DOWN, "a test");
        assertFalse(lane.takesWrites());
    }

    @Test
    void nothingOfTheLogIsDroppedThatIsNotDurablyApplied() {
        assertEquals(Long.MAX_VALUE, lane.oldestPending());
        append("a");
        assertEquals(1, lane.oldestPending());
        lane.cursor.advance(1);
        lane.removeHead();
        append("b");
        assertEquals(1, lane.oldestPending(), "the cursor is not durable");
        lane.cursor.becomeDurable(1);
        assertEquals(2, lane.oldestPending());
        lane.removeHead();
        lane.cursor.unsettled().add(append("c"), Effects.NONE);
        assertEquals(3, lane.oldestPending());
        lane.queue.leaveInLog(bed.delete("d"));
        assertEquals(2, lane.oldestPending());
        lane.detach();
        assertEquals(Long.MAX_VALUE, lane.oldestPending());
    }

    @Test
    void onlyALaneThatLosesNothingIsAtRest() {
        assertTrue(lane.atRest());
        lane.hold(true);
        assertFalse(lane.atRest());
        lane.hold(false);
        lane.cursor.advance(1);
        assertFalse(lane.atRest());
        lane.cursor.becomeDurable(1);
        lane.raiseBarrier(5, () -> events.add("reached"));
        assertFalse(lane.atRest());
        lane.raiseBarrier(5, null);
        assertTrue(lane.atRest(), "its successor stands at the same barrier");
        lane.awaitCatchUp();
        assertFalse(lane.atRest());
        lane.beginCatchUp();
        assertFalse(lane.atRest());
        assertTrue(lane.endCatchUp());
        assertFalse(lane.endCatchUp());
        lane.queue.leaveInLog(bed.delete("a"));
        assertFalse(lane.atRest());
        bed.primary().become(InstanceState.DOWN, "a test");
        assertTrue(lane.atRest(), "what is in the log stays there");
        lane.queue.beginLoading();
        assertFalse(lane.atRest());
    }

    @Test
    void whoWaitsUntilItHasCaughtUpIsCalledOnceWhenNothingIsLeft() {
        lane.queue.leaveInLog(bed.delete("a"));
        lane.whenFed(() -> events.add("fed"));
        lane.fed();
        assertEquals(List.of(), events);
        lane.queue.becomeContiguous();
        lane.cursor.advance(1);
        lane.fed();
        assertEquals(List.of(), events, "the cursor is not durable");
        lane.cursor.becomeDurable(1);
        lane.fed();
        lane.fed();
        assertEquals(List.of("fed"), events);
    }

    @Test
    void oneThatWaitsForTheSameTakesTheOthersPlace() {
        lane.queue.leaveInLog(bed.delete("a"));
        lane.whenFed(() -> events.add("first"));
        lane.whenFed(() -> events.add("second"));
        assertEquals(List.of("first"), events);
        lane.detach();
        lane.fed();
        assertEquals(List.of("first", "second"), events);
    }

    @Test
    void aLaneThatIsStuckKeepsItsPlaceFromNobody() {
        append("a");
        lane.whenFed(() -> events.add("stuck"));
        bed.io.runFor(STUCK_MS);
        lane.passed(0);
        bed.io.runFor(1);
        lane.fed();
        assertEquals(List.of(), events, "it has just passed something");
        bed.io.runFor(STUCK_MS);
        lane.awaitCatchUp();
        lane.fed();
        assertEquals(List.of(), events, "it waits for its turn");
        lane.beginCatchUp();
        lane.fed();
        assertEquals(List.of("stuck"), events);
    }

    @Test
    void aPauseThatWasCutShortDoesNotSendTheHeadAgainAtItsEnd() {
        RecordLanes lanes = bed.collection();
        Lane primary = lanes.group().lane(0);
        bed.offer(lanes, bed.delete("a"));
        bed.io.only().cut();
        primary.free();
        lanes.group().pump(primary);
        VirtualIo.Sent again = bed.io.only();
        bed.io.runFor(STUCK_MS);
        assertSame(again, bed.io.only());
        assertTrue(primary.isOccupied());
    }

    private LaneRegistry registry() {
        return new LaneRegistry(List.of(bed.io), bed.services(), new RestoredLanes(bed.instances));
    }

    private void offer(LaneRegistry registry, String id) {
        registry.offer(bed.delete(id));
        bed.io.runDue();
    }

    @Test
    void aBarrierThatWasRaisedWithoutTheLanesStopsThemOnceTheyAreMade() {
        LaneRegistry registry = registry();
        registry.barrier(bed.id, 1, 1, () -> events.add("reached"));
        assertEquals(List.of("reached"), events);
        assertEquals(0, registry.inMemory());
        offer(registry, "a");
        offer(registry, "b");
        bed.answerAll();
        assertEquals(List.of("a", "b"), bed.idsSentTo(bed.primary()));
        assertEquals(List.of("a"), bed.idsSentTo(bed.replica()));
        registry.release(bed.id, 1);
        bed.io.runDue();
        bed.answerAll();
        assertEquals(List.of("a", "b"), bed.idsSentTo(bed.replica()));
    }

    @Test
    void aBarrierIsHandedOverWhenTheLanesThatStandThereAreLetGo() {
        LaneRegistry registry = registry();
        offer(registry, "a");
        bed.answerAll();
        bed.witness();
        bed.witness();
        registry.barrier(bed.id, 1, 1, () -> events.add("reached"));
        bed.io.runFor(40_000);
        assertEquals(List.of("reached"), events);
        assertEquals(0, registry.inMemory());
        offer(registry, "b");
        bed.answerAll();
        assertEquals(List.of("a"), bed.idsSentTo(bed.replica()));
        registry.release(bed.id, 1);
        bed.io.runDue();
        bed.answerAll();
        assertEquals(List.of("a", "b"), bed.idsSentTo(bed.replica()));
    }
}
