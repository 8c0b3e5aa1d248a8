package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Change;
import org.junit.jupiter.api.Test;

class LeadershipTest {
    /** Decided records a follower may have before it; then the leader waits for it. */
    private static final int STEPS = 500;

    private final ScriptedLanes lanes = new ScriptedLanes();
    private final Lane primary = lanes.primary();
    private final Lane replica = lanes.replica();

    private int leader() {
        return lanes.bed.entry().gate().leader();
    }

    /** The replica leads, and has applied one record; the primary is up again, and that record is under way there. */
    private void primaryIsBack() {
        lanes.bed.unansweredMs.set(600_000);
        lanes.goesDown(primary);
        lanes.upsert("a");
        lanes.only(replica).done();
        lanes.comesUp(primary);
        assertEquals(List.of("1"), lanes.sentTo(primary));
    }

    @Test
    void aChangeOfLeaderTakesEffectOnlyOnceItIsDurable() {
        lanes.bed.log.hold();
        lanes.goesDown(primary);
        Write write = lanes.upsert("a");
        assertEquals(0, leader());
        assertTrue(lanes.group.leadership().moving());
        assertEquals(List.of(), lanes.bed.io.open());
        lanes.commitNext();
        assertEquals(1, leader());
        assertEquals(List.of(new Change.Lead(lanes.bed.id, "replica", 1)), lanes.bed.log.leaders());
        lanes.only(replica).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aLeaderThatGoesAwayWithARecordUnderWayIsReplacedAtOnce() {
        Write write = lanes.upsert("a");
        lanes.goesDown(primary);
        lanes.only(replica).done();
        assertEquals(200, write.result().resultNow().status());
        assertEquals(1, lanes.bed.io.open().size(), "what was sent before is not answered yet");
    }

    @Test
    void aChangeOfLeaderIsLoggedBehindWhatTheOldOneHasExecuted() {
        lanes.script.effects = List.of(new Change.Flat(lanes.bed.id, true));
        lanes.bed.log.hold();
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        assertTrue(lanes.elect(replica));
        assertEquals(1, lanes.bed.log.waiting(), "the record's effect");
        lanes.commitNext();
        assertEquals(1, lanes.bed.log.others().size());
        assertTrue(write.decided(), "by the old one");
        assertEquals(List.of(), lanes.bed.log.leaders());
        assertEquals(0, leader());
        lanes.release();
        assertEquals(1, leader());
    }

    @Test
    void whatTheLogRefusesOfTheOldLeaderTheNewOneDecides() {
        lanes.script.effects = List.of(new Change.Flat(lanes.bed.id, true));
        lanes.bed.log.hold();
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        lanes.elect(replica);
        lanes.refuseNext();
        assertFalse(write.decided());
        lanes.release();
        assertEquals(1, leader());
        lanes.only(replica).done();
        assertTrue(write.decided());
    }

    @Test
    void whileLeadershipMovesNobodyDecides() {
        Write write = lanes.upsert("a");
        lanes.bed.log.hold();
        lanes.elect(replica);
        lanes.only(primary).done();
        assertFalse(write.decided());
        assertTrue(primary.headInDoubt());
        assertEquals(List.of(), lanes.bed.io.open());
        lanes.release();
        lanes.only(replica).done();
        assertEquals(200, write.result().resultNow().status());
        lanes.only(primary).done();
        assertEquals(List.of("1", "1"), lanes.sentTo(primary));
    }

    @Test
    void aLateAnswerOfAnOldLeaderDecidesNothing() {
        Write write = lanes.upsert("a");
        VirtualIo.Sent late = lanes.only(primary);
        lanes.elect(replica);
        late.done();
        assertFalse(write.decided());
        assertEquals(1, lanes.bed.io.open().size(), "it is not sent there again before it is decided");
        lanes.only(replica).refuse();
        assertEquals(400, write.result().resultNow().status());
    }

    @Test
    void whatAnOldLeaderMayHaveExecutedAndTheNewOneRefusesIsComparedBeforeItIsRead() {
        LaneBed bed = new LaneBed();
        RecordLanes collection = bed.collection();
        Write write = bed.offer(collection, bed.upsert("a"));
        VirtualIo.Sent late = bed.io.only();
        collection.group().elect(lane -> lane.index() == 1, "a test");
        bed.io.runDue();
        late.done();
        bed.io.only(bed.replica()).refuse();
        assertEquals(400, write.result().resultNow().status());
        assertFalse(bed.entry().gate().readable(0));
        collection.tick();
        bed.io.runDue();
        assertEquals(List.of(new Footprint.Ids(List.of("a"))), bed.comparisons);
        assertTrue(bed.entry().gate().readable(0));
    }

    @Test
    void theNewLeaderIsReadOnceItHasAllThatWasSentBefore() {
        lanes.upsert("a");
        lanes.elect(replica);
        assertEquals(1, leader());
        assertFalse(lanes.bed.entry().gate().readable(1));
        lanes.only(replica).done();
        assertTrue(lanes.bed.entry().gate().readable(1));
        assertFalse(lanes.bed.entry().gate().readable(0));
    }

    @Test
    void everyChangeIsALaterTerm() {
        lanes.elect(replica);
        lanes.elect(primary);
        lanes.elect(replica);
        assertEquals(List.of(new Change.Lead(lanes.bed.id, "replica", 3)), lanes.bed.log.leaders());
        assertEquals(3, lanes.group.leadership().term());
        assertEquals(primary, lanes.group.teller(lanes.bed.upsert("z")));
    }

    @Test
    void whileOneChangeIsMadeDurableNoOtherBegins() {
        ScriptedLanes three = new ScriptedLanes(new LaneBed("primary", "second", "third"));
        three.bed.log.hold();
        three.elect(three.group.lane(1));
        three.elect(three.group.lane(2));
        assertEquals(1, three.bed.log.waiting());
        three.release();
        assertEquals(1, three.bed.entry().gate().leader());
    }

    @Test
    void theInstanceThatIsFurthestLeads() {
        ScriptedLanes three = new ScriptedLanes(new LaneBed("primary", "second", "third"));
        three.upsert("a");
        three.only(three.primary()).done();
        three.only(three.group.lane(2)).done();
        three.goesDown(three.primary());
        three.upsert("b");
        assertEquals(2, three.bed.entry().gate().leader());
        assertEquals(List.of("1", "2"), three.sentTo(three.group.lane(2)));
    }

    @Test
    void aNewLeaderDecidesNothingBeforeItHasAppliedWhatIsDecided() {
        lanes.upsert("a");
        lanes.only(primary).done();
        Write second = lanes.upsert("a");
        lanes.elect(replica);
        assertEquals(List.of("1"), lanes.sentTo(replica));
        lanes.only(replica).done();
        lanes.only(replica).done();
        assertEquals(List.of("1", "2"), lanes.sentTo(replica));
        assertTrue(second.decided());
    }

    @Test
    void whereNobodyElseCanLeadTheLeaderStays() {
        lanes.script.canLead = lane -> lane.index() == 0;
        lanes.goesDown(primary);
        Write write = lanes.upsert("a");
        assertFalse(lanes.elect(replica));
        assertEquals(List.of(), lanes.bed.log.leaders());
        assertEquals(List.of(), lanes.bed.io.sent());
        lanes.comesUp(primary);
        lanes.only(primary).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void withNothingToDecideALeaderThatIsAwayStays() {
        lanes.goesDown(primary);
        lanes.pass(5);
        assertEquals(0, leader());
    }

    @Test
    void leadershipIsNotYieldedToOneThatIsTooBusyForTheSameRecord() {
        lanes.upsert("a");
        lanes.only(primary).answer(503, "");
        assertTrue(lanes.group.yieldTo("a test"));
        lanes.bed.io.runDue();
        lanes.only(replica).answer(503, "");
        assertFalse(lanes.group.yieldTo("a test"));
        assertEquals(1, leader());
    }

    @Test
    void leadershipComesHomeOnceThatIsStableAndHasEverything() {
        primaryIsBack();
        lanes.pass(29);
        Write second = lanes.upsert("b");
        lanes.only(replica).done();
        assertTrue(second.decided());
        lanes.pass(1);
        lanes.upsert("c");
        assertEquals(List.of("1", "2"), lanes.sentTo(replica), "it waits for the hand-over");
        assertEquals(1, leader());
        lanes.only(primary).done();
        lanes.only(primary).done();
        assertEquals(0, leader());
        assertEquals(List.of("1", "2", "3"), lanes.sentTo(primary));
        assertEquals(List.of("1", "2"), lanes.sentTo(replica));
    }

    @Test
    void aHandOverForWhichOneDoesNotComeToRestIsLeftForLater() {
        primaryIsBack();
        lanes.pass(30);
        Write second = lanes.upsert("b");
        assertTrue(lanes.group.leadershipPaused());
        lanes.pass(3);
        assertFalse(lanes.group.leadershipPaused());
        lanes.only(replica).done();
        assertTrue(second.decided());
        assertEquals(1, leader());
    }

    @Test
    void anHeirThatGoesAwayEndsTheHandOver() {
        primaryIsBack();
        lanes.pass(30);
        Write second = lanes.upsert("b");
        lanes.goesDown(primary);
        lanes.only(replica).done();
        assertTrue(second.decided());
        assertEquals(1, leader());
    }

    @Test
    void anInstanceThatIsDrainedHandsOverBetweenTwoRecords() {
        Write first = lanes.upsert("a");
        lanes.becomes(primary, InstanceState.DRAINING);
        lanes.pass(1);
        Write second = lanes.upsert("b");
        assertEquals(0, leader());
        lanes.only(primary).done();
        assertTrue(first.decided());
        assertEquals(List.of("1"), lanes.sentTo(primary));
        lanes.only(replica).done();
        assertEquals(1, leader());
        lanes.only(replica).done();
        assertTrue(second.decided());
        lanes.pass(60);
        assertEquals(1, leader(), "it is not led home while that is drained");
    }

    @Test
    void theLeaderWaitsForAFollowerThatFallsBehindInStep() {
        followerFallsBehind();
        Write last = lanes.upsert("last");
        assertTrue(lanes.idle(primary));
        lanes.only(replica).done();
        lanes.only(primary).done();
        assertTrue(last.decided());
    }

    @Test
    void theLeaderDoesNotWaitForAFollowerThatIsStuck() {
        followerFallsBehind();
        Write last = lanes.upsert("last");
        assertTrue(lanes.idle(primary));
        lanes.pass(3);
        lanes.only(primary).done();
        assertTrue(last.decided());
    }

    /** It has applied one record just now, and has as many before it as it may. */
    private void followerFallsBehind() {
        lanes.upsert("first");
        lanes.only(primary).done();
        lanes.only(replica).done();
        for (int i = 0; i <= STEPS; i++) {
            lanes.upsert("r" + i);
            lanes.only(primary).done();
        }
    }

    /** It would not come to rest, and nobody could decide anything meanwhile. */
    @Test
    void oneThatLeavesARequestUnansweredIsNotWaitedForToLeadAgain() {
        primaryIsBack();
        lanes.bed.unansweredMs.set(1_000);
        lanes.bed.io.runFor(40_000);
        lanes.group.tick();
        assertFalse(lanes.group.leadershipPaused());
        Write next = lanes.upsert("b");
        lanes.only(replica).done();
        assertEquals(200, next.result().resultNow().status());
    }

    /** What it has told is known to be done, whoever leads when the next process begins. */
    @Test
    void aChangeOfLeaderIsDurableTogetherWithTheCursorOfTheOldOne() {
        lanes.upsert("a");
        lanes.only(primary).done();
        lanes.bed.log.hold();
        lanes.upsert("b");
        lanes.only(primary).done();
        lanes.goesDown(primary);
        lanes.upsert("c");
        while (lanes.bed.log.leaders().isEmpty()) {
            lanes.commitNext();
        }
        assertEquals(2, lanes.bed.log.cursor(lanes.bed.id, "primary"));
    }
}
