package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class FaultsTest {
    /** Longer than any pause between two attempts. */
    private static final long PAUSE_MS = 6_000;

    private static final String LOCKED = "{\"error\":\"InternalError\",\"message\":\"database is locked\"}";

    private final ScriptedLanes lanes = new ScriptedLanes();
    private final ScriptedLanes alone = ScriptedLanes.alone();

    private void pause(ScriptedLanes of) {
        of.bed.io.runFor(PAUSE_MS);
    }

    /** The server says that it failed at that, and applies a write of other lanes before it is asked again. */
    private void failsAtThatOnly(ScriptedLanes of, Lane lane) {
        of.only(lane).fail();
        of.appliesAnother(lane);
        pause(of);
    }

    private void breaksAtThatOnly(ScriptedLanes of, Lane lane) {
        of.only(lane).cut();
        of.appliesAnother(lane);
        pause(of);
    }

    /** The server ends while the head is under way there, and is started again. */
    private void ends(ScriptedLanes of, Lane lane) {
        VirtualIo.Sent sent = of.only(lane);
        lane.instance.become(InstanceState.DOWN, "a test");
        sent.cut();
        of.group.instanceChanged(lane.instance);
        of.comesUp(lane);
    }

    @Test
    void aFailedAttemptIsMadeAgainAfterAPauseBeforeAnythingElseIsSent() {
        Write first = lanes.upsert("a");
        lanes.upsert("b");
        lanes.only(lanes.primary()).cut();
        assertTrue(lanes.idle(lanes.primary()));
        assertInstanceOf(LaneState.BackingOff.class, lanes.primary().state());
        assertTrue(lanes.primary().headInDoubt());
        pause(lanes);
        assertEquals(List.of("1", "1"), lanes.sentTo(lanes.primary()));
        lanes.only(lanes.primary()).done();
        assertEquals(200, first.result().resultNow().status());
        assertEquals(List.of("1", "1", "2"), lanes.sentTo(lanes.primary()));
    }

    @Test
    void whatTheLeaderFailsTwiceAnotherDecides() {
        Write write = lanes.upsert("a");
        lanes.only(lanes.primary()).cut();
        pause(lanes);
        assertTrue(lanes.idle(lanes.replica()), "it was tried once");
        lanes.only(lanes.primary()).cut();
        lanes.only(lanes.replica()).done();
        assertEquals(200, write.result().resultNow().status());
        assertEquals("replica", lanes.bed.log.leaders().getFirst().instance());
        pause(lanes);
        lanes.only(lanes.primary()).done();
        assertEquals(1, lanes.primary().cursor.applied());
        assertEquals(List.of(), lanes.script.told);
    }

    @Test
    void whatEveryServerFailsWhileItAppliesOthersIsGivenUp() {
        Write write = lanes.upsert("a");
        failsAtThatOnly(lanes, lanes.primary());
        failsAtThatOnly(lanes, lanes.primary());
        failsAtThatOnly(lanes, lanes.replica());
        assertEquals(List.of(), lanes.script.told);
        lanes.only(lanes.replica()).fail();
        assertEquals(List.of("giveUp 1 on replica"), lanes.script.told);
        assertEquals(
                TransactionState.ABANDONED, lanes.outcome(write).orElseThrow().state());
        assertEquals(500, write.result().resultNow().status());
        pause(lanes);
        assertEquals(List.of(), lanes.bed.io.open());
        assertEquals(1, lanes.primary().cursor.applied());
        assertEquals(1, lanes.replica().cursor.applied());
    }

    @Test
    void whatAServerFailsThatAppliesNothingElseIsNotGivenUp() {
        Write write = alone.upsert("a");
        for (int i = 0; i < 3; i++) {
            alone.only(alone.primary()).fail();
            pause(alone);
        }
        assertTrue(alone.primary().instance.writes().down());
        assertTrue(alone.idle(alone.primary()), "nothing is sent to a server that takes no writes");
        assertEquals(List.of(), alone.script.told);
        assertFalse(write.decided());
        alone.appliesAnother(alone.primary());
        alone.group.instanceChanged(alone.primary().instance);
        alone.only(alone.primary()).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void whatFailsForTheServersDiskOrDatabaseIsNoFaultOfTheRecord() {
        alone.upsert("a");
        for (int i = 0; i < 8; i++) {
            alone.only(alone.primary()).answer(500, LOCKED);
            alone.appliesAnother(alone.primary());
            pause(alone);
        }
        assertEquals(List.of(), alone.script.told);
        alone.only(alone.primary()).fail();
        assertEquals(List.of("giveUp 1 on only"), alone.script.told);
    }

    @Test
    void connectionsThatBreakSayLittleOfTheRecord() {
        Write write = alone.upsert("a");
        for (int i = 0; i < alone.script.brokenAttempts - 1; i++) {
            breaksAtThatOnly(alone, alone.primary());
        }
        assertEquals(List.of(), alone.script.told);
        alone.only(alone.primary()).cut();
        assertEquals(List.of("giveUp 1 on only"), alone.script.told);
        assertTrue(write.refused());
    }

    @Test
    void whileTheNetworkMayBeAtFaultNothingIsGivenUp() {
        alone.script.brokenNanos = Long.MAX_VALUE;
        Write write = alone.upsert("a");
        for (int i = 0; i < 10; i++) {
            breaksAtThatOnly(alone, alone.primary());
        }
        assertEquals(List.of(), alone.script.told);
        alone.only(alone.primary()).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void theWordOfSomethingOnTheWayIsNoProofOfASickServer() {
        alone.upsert("a");
        for (int i = 0; i < 4; i++) {
            alone.only(alone.primary()).answer(200, "<html>");
            pause(alone);
        }
        assertFalse(alone.primary().instance.writes().down());
        assertTrue(alone.primary().instance.writes().doubtful());
        assertTrue(alone.primary().headInDoubt());
        assertEquals(List.of("1", "1", "1", "1", "1"), alone.sentTo(alone.primary()));
    }

    @Test
    void aFollowerThatFailsWhatIsDecidedIsSeenToBeSoundBeforeItHasDiverged() {
        Write write = lanes.upsert("a");
        lanes.only(lanes.primary()).done();
        for (int i = 0; i < LaneSemantics.MAX_FOLLOWER_FAULTS - 1; i++) {
            failsAtThatOnly(lanes, lanes.replica());
        }
        assertTrue(lanes.script.proofs.isEmpty());
        failsAtThatOnly(lanes, lanes.replica());
        assertTrue(lanes.idle(lanes.replica()));
        lanes.script.proofs.remove().accept(true);
        assertEquals(List.of(), lanes.script.told, "it is sent once more");
        lanes.only(lanes.replica()).fail();
        assertEquals(List.of("diverge 1 on replica"), lanes.script.told);
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aFollowerThatIsNotSeenToBeSoundIsWaitedForAndNotForEver() {
        lanes.upsert("a");
        lanes.only(lanes.primary()).done();
        for (int i = 0; i < LaneSemantics.MAX_FOLLOWER_FAULTS; i++) {
            failsAtThatOnly(lanes, lanes.replica());
        }
        lanes.script.proofs.remove().accept(false);
        pause(lanes);
        failsAtThatOnly(lanes, lanes.replica());
        assertEquals(List.of(), lanes.script.told);
        lanes.script.proofs.remove().accept(false);
        lanes.bed.io.runFor(90_000);
        lanes.only(lanes.replica()).fail();
        assertEquals(List.of("diverge 1 on replica"), lanes.script.told);
    }

    @Test
    void aProofThatComesAfterTheLaneHasLeftMeansNothing() {
        lanes.upsert("a");
        lanes.only(lanes.primary()).done();
        for (int i = 0; i < LaneSemantics.MAX_FOLLOWER_FAULTS; i++) {
            failsAtThatOnly(lanes, lanes.replica());
        }
        lanes.group.detach(lanes.replica());
        lanes.script.proofs.remove().accept(true);
        lanes.bed.io.runDue();
        assertTrue(lanes.idle(lanes.replica()));
        assertFalse(lanes.replica().isOccupied());
    }

    @Test
    void aServerThatIsBusyForLongLeavesTheDecisionToAnother() {
        Write write = lanes.upsert("a");
        lanes.only(lanes.primary()).answer(503, "");
        lanes.bed.io.runFor(600);
        assertEquals(List.of("1", "1"), lanes.sentTo(lanes.primary()));
        assertTrue(lanes.primary().headInDoubt(), "some say so after they have passed the request on");
        lanes.only(lanes.primary()).answer(429, "");
        assertTrue(lanes.idle(lanes.replica()));
        lanes.bed.io.runFor(600);
        lanes.only(lanes.primary()).answer(503, "");
        lanes.only(lanes.replica()).done();
        assertEquals(200, write.result().resultNow().status());
        assertEquals(0, lanes.primary().attempts().faults());
        lanes.bed.io.runFor(600);
        lanes.only(lanes.primary()).done();
        assertEquals(1, lanes.primary().cursor.applied());
        assertFalse(lanes.primary().instance.writes().down());
    }

    @Test
    void howeverOftenAServerIsBusyNothingIsGivenUp() {
        Write write = alone.upsert("a");
        for (int i = 0; i < 20; i++) {
            alone.only(alone.primary()).answer(503, "");
            alone.appliesAnother(alone.primary());
            pause(alone);
        }
        assertEquals(List.of(), alone.script.told);
        alone.only(alone.primary()).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aRecordThatEndsItsServerAgainAndAgainIsNotSentThereAnyMore() {
        Write write = alone.upsert("a");
        for (int i = 0; i < 4; i++) {
            assertEquals(List.of(), alone.script.told);
            ends(alone, alone.primary());
        }
        assertEquals(List.of("giveUp 1 on only"), alone.script.told);
        assertEquals(List.of("1", "1", "1", "1"), alone.sentTo(alone.primary()));
        assertTrue(write.refused());
    }

    @Test
    void anAnswerShowsThatTheServerOutlivesTheRecord() {
        Write write = alone.upsert("a");
        for (int i = 0; i < 3; i++) {
            ends(alone, alone.primary());
        }
        alone.only(alone.primary()).answer(503, "");
        pause(alone);
        ends(alone, alone.primary());
        assertEquals(List.of(), alone.script.told);
        alone.only(alone.primary()).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void recordsOnWhichAServerEndedAreTriedOneAtATime() {
        List<Turns.Turn> others = new ArrayList<>();
        Lane lane = alone.primary();
        alone.bed.services().work().suspects().on(lane.instance).await(alone.bed.io, others::add);
        alone.upsert("a");
        ends(alone, lane);
        ends(alone, lane);
        assertTrue(alone.idle(lane), "another such record is under way");
        assertInstanceOf(LaneState.AwaitingPlace.class, lane.state());
        others.getFirst().end();
        alone.bed.io.runDue();
        assertEquals(List.of("1", "1", "1"), alone.sentTo(lane));
        alone.bed.services().work().suspects().on(lane.instance).await(alone.bed.io, others::add);
        alone.bed.io.runDue();
        assertEquals(1, others.size());
        alone.only(lane).done();
        assertEquals(2, others.size(), "the next one has its turn");
    }

    @Test
    void aFollowerThatEndsOnWhatIsDecidedIsProvedSoundAndHasDivergedThen() {
        Write write = lanes.upsert("a");
        lanes.only(lanes.primary()).done();
        for (int i = 0; i < 4; i++) {
            ends(lanes, lanes.replica());
        }
        assertEquals(4, lanes.sentTo(lanes.replica()).size());
        lanes.script.proofs.remove().accept(true);
        lanes.bed.io.runDue();
        assertEquals(List.of("diverge 1 on replica"), lanes.script.told);
        assertEquals(4, lanes.sentTo(lanes.replica()).size(), "it is not sent once more");
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aServerThatIsGoneIsNoFaultOfTheRecord() {
        Write write = lanes.upsert("a");
        VirtualIo.Sent sent = lanes.only(lanes.primary());
        lanes.primary().instance.become(InstanceState.DOWN, "a test");
        sent.cut();
        assertEquals(0, lanes.primary().attempts().faults());
        assertTrue(lanes.primary().headInDoubt());
        lanes.only(lanes.replica()).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void whatOneClientSendsDoesNotByItselfTakeAServerDown() {
        PrincipalUse client = PrincipalUse.unbounded();
        alone.offer(alone.bed.upsert("a").chargedTo(client));
        for (int i = 0; i < 5; i++) {
            alone.only(alone.primary()).cut();
            pause(alone);
        }
        assertFalse(alone.primary().instance.writes().down());
    }

    @Test
    void aRecordThatFailsWhileOthersAreAppliedIsCountedAgainstItsClientUntilItIsDecided() {
        PrincipalUse client = PrincipalUse.unbounded();
        alone.offer(alone.bed.upsert("a").chargedTo(client));
        breaksAtThatOnly(alone, alone.primary());
        assertEquals(0, client.used(PrincipalLimit.FAULTS));
        breaksAtThatOnly(alone, alone.primary());
        assertEquals(1, client.used(PrincipalLimit.FAULTS));
        alone.only(alone.primary()).done();
        assertEquals(0, client.used(PrincipalLimit.FAULTS));
    }

    @Test
    void aRecordIsNotSuspectedWhileAnotherServerHasNotFailedIt() {
        PrincipalUse client = PrincipalUse.unbounded();
        lanes.offer(lanes.bed.upsert("a").chargedTo(client));
        breaksAtThatOnly(lanes, lanes.primary());
        lanes.only(lanes.primary()).cut();
        assertEquals(0, client.used(PrincipalLimit.FAULTS));
    }
}
