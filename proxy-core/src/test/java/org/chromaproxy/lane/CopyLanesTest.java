package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.junit.jupiter.api.Test;

/** A copy of a collection from the primary to the replica. */
class CopyLanesTest {
    private static final long LEASE_MS = 1_000;

    private final LaneBed bed = new LaneBed();
    private final RecordLanes lanes = bed.collection();
    private final CopyLanes copy = new CopyLanes(lanes, () -> Optional.of(lanes));
    private final Instance target = bed.replica();
    private final Lane replica = lanes.group().lane(1);

    private <T> T now(CompletableFuture<T> step) {
        bed.io.runDue();
        assertTrue(step.isDone());
        return step.join();
    }

    private Write offer(String id) {
        return bed.offer(lanes, bed.delete(id));
    }

    private void execute(String id) {
        offer(id);
        bed.answerAll();
    }

    private List<String> toTarget() {
        return bed.idsSentTo(target);
    }

    @Test
    void whatIsLoggedWhileTheLaneIsHeldWaitsThereAndIsReplayedInOrder() {
        execute("a");
        assertEquals(1, now(copy.hold(target)));
        execute("b");
        execute("c");
        assertTrue(now(copy.quiet(target, 1)));
        assertEquals(List.of("a"), toTarget());
        assertFalse(now(copy.replayed(target)));
        now(copy.startReplay(target));
        bed.answerAll();
        assertTrue(now(copy.replayed(target)));
        assertEquals(List.of("a", "b", "c"), toTarget());
        assertEquals(Optional.of(Set.of("b", "c")), now(copy.touched()));
        execute("d");
        assertEquals(Optional.of(Set.of()), now(copy.touched()), "the notes have ended");
    }

    @Test
    void itIsNotQuietBeforeTheLeaderHasWhatDoesNotComeToWait() {
        offer("a");
        long tail = now(copy.hold(target));
        assertEquals(1, tail);
        assertFalse(now(copy.quiet(target, tail)));
        bed.io.only(bed.primary()).done();
        assertTrue(now(copy.quiet(target, tail)));
        assertEquals(List.of(), toTarget());
    }

    @Test
    void itIsNotQuietWhileTheHeldLaneHasARequestUnderWay() {
        offer("a");
        bed.io.only(bed.primary()).done();
        long tail = now(copy.hold(target));
        assertFalse(now(copy.quiet(target, tail)));
        bed.io.only(target).done();
        assertTrue(now(copy.quiet(target, tail)));
    }

    @Test
    void aLaneThatHadLeftFollowsFromTheHoldOn() {
        lanes.group().detach(replica);
        execute("a");
        assertEquals(1, now(copy.hold(target)));
        assertFalse(replica.detached());
        execute("b");
        now(copy.startReplay(target));
        bed.answerAll();
        assertEquals(List.of("b"), toTarget());
        assertEquals(0, target.pending().records());
    }

    @Test
    void bothStandStillAtTheSameRecordUntilTheCopyIsWhole() {
        execute("a");
        int leader = now(copy.freeze(LEASE_MS));
        assertEquals(0, leader);
        assertEquals(OptionalLong.of(1), now(copy.frozen(leader, target)));
        Write waiting = offer("b");
        assertEquals(List.of(), bed.io.open());
        now(copy.thawLeader());
        bed.io.only(bed.primary()).done();
        assertTrue(waiting.result().isDone());
        assertEquals(List.of("a"), toTarget(), "the target is held until it joins");
        now(copy.join(target, 1));
        bed.answerAll();
        assertEquals(List.of("a", "b"), toTarget());
        assertEquals(2, replica.cursor.applied());
    }

    @Test
    void itIsNotFrozenWhileEitherHasSomethingToDo() {
        offer("a");
        int leader = now(copy.freeze(LEASE_MS));
        assertEquals(OptionalLong.empty(), now(copy.frozen(leader, target)), "the leader executes a record");
        bed.io.only(bed.primary()).done();
        assertEquals(OptionalLong.empty(), now(copy.frozen(leader, target)), "the target executes it");
        bed.io.only(target).done();
        assertEquals(OptionalLong.of(1), now(copy.frozen(leader, target)));
    }

    @Test
    void withoutAFreezeNothingIsFrozen() {
        assertEquals(OptionalLong.empty(), now(copy.frozen(0, target)));
        assertFalse(now(copy.renew()));
        assertFalse(now(copy.keep()));
        now(copy.thawLeader());
        assertFalse(replica.held());
    }

    @Test
    void whenTheLeaseIsOverTheLeaderHasGoneOnAndTheCopyIsTold() {
        int leader = now(copy.freeze(LEASE_MS));
        Write waiting = offer("a");
        assertTrue(now(copy.renew()));
        bed.io.runFor(LEASE_MS);
        bed.io.only(bed.primary()).done();
        assertTrue(waiting.result().isDone());
        bed.answerAll();
        assertFalse(now(copy.renew()));
        assertFalse(now(copy.keep()));
        assertEquals(OptionalLong.empty(), now(copy.frozen(leader, target)));
        assertFalse(replica.held());
    }

    @Test
    void aLeaderThatIsKeptStandsStillUntilItIsThawed() {
        now(copy.freeze(LEASE_MS));
        assertTrue(now(copy.keep()));
        offer("a");
        bed.io.runFor(100 * LEASE_MS);
        assertEquals(List.of(), bed.io.sent());
        now(copy.thawLeader());
        assertEquals(1, bed.io.sent().size());
    }

    @Test
    void leadershipThatMovesEndsTheCopysTry() {
        int leader = now(copy.freeze(LEASE_MS));
        offer("a");
        bed.primary().become(InstanceState.DOWN, "a test");
        lanes.instanceChanged(bed.primary());
        CompletableFuture<OptionalLong> frozen = copy.frozen(leader, target);
        bed.io.runDue();
        assertEquals(1, bed.entry().gate().leader());
        assertTrue(frozen.isCompletedExceptionally());
        assertInstanceOf(IllegalStateException.class, frozen.exceptionNow());
        now(copy.thawLeader());
        assertEquals(List.of("a"), toTarget());
    }

    @Test
    void joiningNeverMovesACursorBack() {
        execute("a");
        execute("b");
        now(copy.hold(target));
        now(copy.join(target, 1));
        assertEquals(2, replica.cursor.applied());
        assertFalse(replica.held());
        execute("c");
        assertEquals(List.of("a", "b", "c"), toTarget());
    }

    @Test
    void whatTheCopyHoldsAlreadyIsNotSentToItsLane() {
        lanes.group().detach(replica);
        execute("a");
        execute("b");
        now(copy.hold(target));
        now(copy.join(target, 2));
        assertEquals(2, replica.cursor.durable());
        execute("c");
        assertEquals(List.of("c"), toTarget());
    }

    @Test
    void aStoppedLaneGoesOnWhenItIsThawed() {
        now(copy.hold(target));
        execute("a");
        assertEquals(List.of(), toTarget());
        now(copy.thaw(target.index()));
        assertEquals(List.of("a"), toTarget());
    }

    @Test
    void nothingWaitsForAnInstanceThatIsTakenOut() {
        now(copy.hold(target));
        execute("a");
        assertEquals(1, target.pending().records());
        now(copy.detach(target));
        assertFalse(replica.held());
        assertEquals(0, target.pending().records());
        execute("b");
        assertEquals(List.of(), toTarget());
        assertEquals(List.of("a", "b"), bed.idsSentTo(bed.primary()));
    }

    /** Those who compare a large collection that nobody writes to are at rest for long. */
    @Test
    void lanesWhoseTouchedIdsSomebodyWantsToKnowAreNotIdle() {
        now(copy.startReplay(target));
        bed.witness();
        bed.witness();
        for (int second = 0; second < 60; second++) {
            lanes.tick();
        }
        assertFalse(lanes.isIdle());
        now(copy.thaw(1));
        for (int second = 0; second < 60; second++) {
            lanes.tick();
        }
        assertTrue(lanes.isIdle());
    }

    @Test
    void whereTheLanesWereLetGoTheirSuccessorsAreAsked() {
        RecordLanes successor = bed.collection();
        CopyLanes late = new CopyLanes(lanes, () -> Optional.of(successor));
        lanes.retire();
        now(late.hold(target));
        assertTrue(successor.group().lane(1).held());
        assertFalse(lanes.group().lane(1).held());
    }

    @Test
    void whereThereIsNoSuchCollectionAnyMoreThatIsSaid() {
        CopyLanes late = new CopyLanes(lanes, Optional::empty);
        lanes.retire();
        CompletableFuture<Long> held = late.hold(target);
        bed.io.runDue();
        assertTrue(held.isCompletedExceptionally());
    }

    /** What was executed before is in the copy, or will be. */
    @Test
    void aTargetThatGoesAwayMeanwhileIsStillSentOnlyWhatWasLoggedSinceItIsHeld() {
        lanes.group().detach(replica);
        execute("a");
        execute("b");
        now(copy.hold(target));
        execute("c");
        target.become(InstanceState.DOWN, "a test");
        lanes.instanceChanged(target);
        target.become(InstanceState.UP, "");
        lanes.instanceChanged(target);
        now(copy.startReplay(target));
        bed.answerAll();
        bed.io.runFor(100);
        bed.answerAll();
        assertEquals(List.of("c"), toTarget());
    }

    /** The leader went on between two tries to stop both; what was touched before is still to be copied once more. */
    @Test
    void whatWasTouchedIsRememberedThoughTheLeaderWasLetGoOnMeanwhile() {
        now(copy.hold(target));
        now(copy.startReplay(target));
        execute("a");
        now(copy.freeze(LEASE_MS));
        now(copy.thawLeader());
        execute("b");
        assertEquals(Optional.of(Set.of("a", "b")), now(copy.touched()));
    }
}
