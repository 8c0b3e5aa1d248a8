package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.admit.Principals;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.PrincipalLimits;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class LaneGroupTest {
    private static final long PAUSE_MS = 6_000;

    private final ScriptedLanes lanes = new ScriptedLanes();
    private final Lane primary = lanes.primary();
    private final Lane replica = lanes.replica();

    private static Plan send(Write write) {
        return new Plan.Send("POST", "/" + write.lsn());
    }

    private static PrincipalUse spentClient() {
        PrincipalLimits limits = PrincipalLimits.of(Map.of(PrincipalLimit.DEAD_LETTERS, 1L));
        PrincipalUse client = new Principals(limits).of("client", Map.of(), "");
        client.deadLetter(1_000);
        return client;
    }

    @Test
    void theLeaderDecidesAndOnlyThenTheOthersAreSentIt() {
        Write write = lanes.upsert("a");
        assertEquals(List.of(), lanes.sentTo(replica));
        assertFalse(write.decided());
        lanes.only(primary).done();
        assertEquals(200, write.result().resultNow().status());
        lanes.only(replica).done();
        assertEquals(List.of("1 on primary", "1 on replica"), lanes.script.left);
    }

    @Test
    void aRefusalIsDurableBeforeItIsToldAndNobodyElseIsSentTheRecord() {
        lanes.bed.log.hold();
        Write write = lanes.upsert("a");
        lanes.only(primary).refuse();
        assertFalse(write.decided());
        assertFalse(write.result().isDone());
        lanes.release();
        assertEquals(400, write.result().resultNow().status());
        Change.Outcome outcome = lanes.outcome(write).orElseThrow();
        assertEquals(TransactionState.FAILED, outcome.state());
        assertEquals(400, outcome.status());
        assertArrayEquals(write.result().resultNow().body(), outcome.response());
        assertEquals(List.of(), lanes.sentTo(replica));
        assertEquals(1, replica.cursor.applied());
    }

    @Test
    void whatWasDecidedWhileARefusalWasOnItsWayStands() {
        Write write = lanes.upsert("a");
        lanes.elect(replica);
        lanes.only(replica).done();
        lanes.group.refuse(primary, write, WriteResult.of(ProxyError.BAD_REQUEST, "a test"));
        lanes.bed.io.runDue();
        assertEquals(200, write.result().resultNow().status());
        assertEquals(Optional.empty(), lanes.outcome(write));
    }

    @Test
    void theOutcomeOfWhatIsAppliedIsKeptWhereItsClientWillAskForIt() {
        Write asked = lanes.upsert("a");
        asked.abandon();
        lanes.only(primary).done();
        Write waited = lanes.upsert("b");
        lanes.only(primary).done();
        Change.Outcome outcome = lanes.outcome(asked).orElseThrow();
        assertEquals(TransactionState.RECOVERED, outcome.state());
        assertEquals(200, outcome.status());
        assertEquals(Optional.empty(), lanes.outcome(waited));
        assertEquals(1, lanes.bed.services().stats().recovered());
    }

    @Test
    void anAnswerThatMayNotDecideDecidesNothing() {
        Write write = lanes.upsert("a");
        lanes.script.mayDecide = false;
        lanes.only(primary).refuse();
        assertFalse(write.decided());
        assertTrue(primary.headInDoubt());
        lanes.script.mayDecide = true;
        lanes.only(primary).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void whatIsNotDoneThereIsPassedUnsent() {
        lanes.script.plan = (lane, write) -> Plan.SKIP;
        Write write = lanes.upsert("a");
        assertEquals(200, write.result().resultNow().status());
        assertEquals("{}", write.result().resultNow().text());
        assertEquals(List.of(), lanes.bed.io.sent());
        assertEquals(List.of("1 on primary", "1 on replica"), lanes.script.left);
    }

    @Test
    void whatHasToWaitGoesOnWhenTheLaneIsLookedAtAgain() {
        lanes.script.plan = (lane, write) -> write.lsn() == 1 ? Plan.WAIT : send(write);
        lanes.upsert("a");
        lanes.upsert("b");
        assertEquals(List.of(), lanes.bed.io.sent(), "what is behind it waits, too");
        lanes.script.plan = (lane, write) -> send(write);
        lanes.group.pumpAll();
        assertEquals(List.of("1"), lanes.sentTo(primary));
    }

    @Test
    void aPlanMayRefuseTheRecordUnsent() {
        WriteResult refusal = WriteResult.of(ProxyError.PROTECTED, "a test");
        lanes.script.plan = (lane, write) -> new Plan.Refuse(refusal);
        Write write = lanes.upsert("a");
        assertEquals(refusal, write.result().resultNow());
        assertEquals(TransactionState.FAILED, lanes.outcome(write).orElseThrow().state());
        assertEquals(List.of(), lanes.bed.io.sent());
    }

    @Test
    void aPlanMayTakeALaneOut() {
        lanes.script.plan = (lane, write) -> lane == replica ? new Plan.Diverge("a test") : send(write);
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        assertTrue(write.decided());
        assertEquals(List.of("diverge 1 on replica"), lanes.script.told);
        assertTrue(replica.detached());
    }

    @Test
    void aPlanMaySendSomethingElseThanTheRecordsBody() {
        Plan.Send create = assertInstanceOf(Plan.Send.class, Plan.create(lanes.bed.upsert("a")));
        assertNull(create.body());
        assertEquals("POST", create.method());
        byte[] other = "{\"new_name\":\"b\"}".getBytes(StandardCharsets.UTF_8);
        lanes.script.plan = (lane, write) -> new Plan.Send("PUT", create.path(), other);
        lanes.upsert("b");
        VirtualIo.Sent sent = lanes.only(primary);
        assertEquals("PUT", sent.request.method());
        assertEquals("{\"new_name\":\"b\"}", sent.body());
        assertEquals("application/json", sent.request.headers().get("content-type"));
        assertTrue(create.path().endsWith("/upsert"));
    }

    @Test
    void aStepThatThrowsOnceIsMadeAgain() {
        lanes.script.plan = (lane, write) -> {
            lanes.script.plan = (again, same) -> send(same);
            throw new IllegalStateException("a test");
        };
        Write write = lanes.upsert("a");
        assertEquals(List.of(), lanes.bed.io.sent());
        lanes.bed.io.runFor(PAUSE_MS);
        lanes.only(primary).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aRecordWhoseStepsAlwaysThrowIsGivenUpAndTheNextGoesOn() {
        lanes.script.plan = (lane, write) -> {
            if (write.lsn() == 1) {
                throw new IllegalStateException("a test");
            }
            return send(write);
        };
        Write write = lanes.upsert("a");
        Write next = lanes.upsert("b");
        lanes.bed.io.runFor(10 * PAUSE_MS);
        assertEquals(List.of("giveUp 1 on primary"), lanes.script.told);
        assertTrue(write.refused());
        lanes.only(primary).done();
        assertTrue(next.decided());
    }

    @Test
    void aFollowerWhoseStepsAlwaysThrowHasDiverged() {
        lanes.script.plan = (lane, write) -> {
            if (lane == replica) {
                throw new IllegalStateException("a test");
            }
            return send(write);
        };
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        lanes.bed.io.runFor(10 * PAUSE_MS);
        assertTrue(write.decided());
        assertEquals(List.of("diverge 1 on replica"), lanes.script.told);
    }

    @Test
    void aLaneWhoseRecordCannotEvenBeGivenUpTriesAgain() {
        lanes.script.plan = (lane, write) -> {
            throw new IllegalStateException("a test");
        };
        lanes.script.givingUp = () -> {
            lanes.script.givingUp = () -> {};
            throw new IllegalStateException("a test");
        };
        Write write = lanes.upsert("a");
        lanes.bed.io.runFor(10 * PAUSE_MS);
        assertEquals(List.of("giveUp 1 on primary", "giveUp 1 on primary"), lanes.script.told);
        assertTrue(write.refused());
    }

    @Test
    void whatIsDoneTogetherIsSeenByNoLaneInBetween() {
        lanes.script.plan = (lane, write) -> Plan.WAIT;
        lanes.upsert("a");
        lanes.script.plan = (lane, write) -> send(write);
        lanes.group.together(() -> {
            lanes.group.pumpAll();
            assertEquals(List.of(), lanes.bed.io.sent());
        });
        assertEquals(List.of("1"), lanes.sentTo(primary));
    }

    @Test
    void nothingBeyondABarrierIsSentAndItIsReachedOnceTheCursorIsDurable() {
        List<String> reached = new ArrayList<>();
        lanes.upsert("a");
        lanes.upsert("b");
        primary.raiseBarrier(1, () -> reached.add("reached"));
        lanes.bed.log.hold();
        lanes.only(primary).done();
        assertEquals(List.of("1"), lanes.sentTo(primary));
        assertEquals(List.of(), reached);
        lanes.release();
        assertEquals(List.of("reached"), reached);
        primary.dropBarrier();
        lanes.group.pumpAll();
        assertEquals(List.of("1", "2"), lanes.sentTo(primary));
        assertEquals(List.of("reached"), reached);
    }

    @Test
    void aLaneThatLeavesIsWaitedForAtNoBarrier() {
        List<String> reached = new ArrayList<>();
        lanes.upsert("a");
        primary.raiseBarrier(1, () -> reached.add("reached"));
        lanes.group.detach(primary);
        lanes.group.pumpAll();
        assertEquals(List.of("reached"), reached);
    }

    @Test
    void aFollowerThatWasAwayAppliesInOrderWhatItMissedAndWasNotRefused() {
        lanes.upsert("a");
        lanes.only(primary).done();
        VirtualIo.Sent underWay = lanes.only(replica);
        lanes.goesDown(replica);
        underWay.cut();
        lanes.upsert("b");
        lanes.only(primary).refuse();
        for (String record : List.of("c", "d")) {
            lanes.upsert(record);
            lanes.only(primary).done();
        }
        assertEquals(List.of("1"), lanes.sentTo(replica));
        lanes.comesUp(replica);
        Write last = lanes.upsert("e");
        lanes.only(primary).done();
        assertTrue(last.decided());
        lanes.bed.answerAll();
        assertEquals(List.of("1", "1", "3", "4", "5"), lanes.sentTo(replica));
        assertEquals(5, replica.cursor.applied());
        assertFalse(replica.inDoubt());
    }

    @Test
    void aLeaderThatIsAwayAloneDecidesWhatWaitsWhenItIsBack() {
        ScriptedLanes alone = ScriptedLanes.alone();
        alone.goesDown(alone.primary());
        List<Write> writes = List.of(alone.upsert("a"), alone.upsert("b"));
        assertEquals(List.of(), alone.bed.io.sent());
        alone.comesUp(alone.primary());
        alone.bed.answerAll();
        assertTrue(writes.stream().allMatch(each -> each.result().resultNow().success()));
        assertEquals(List.of("1", "2"), alone.sentTo(alone.primary()));
    }

    @Test
    void aClientThatHadTooManyWritesGivenUpIsTriedNoMoreForAWhile() {
        Write write = lanes.offer(lanes.bed.upsert("a").chargedTo(spentClient()));
        assertEquals(429, write.result().resultNow().status());
        assertEquals(TransactionState.FAILED, lanes.outcome(write).orElseThrow().state());
        assertEquals(List.of(), lanes.bed.io.sent());
    }

    @Test
    void whatMayHaveBeenExecutedIsNotRefusedForThat() {
        Write write = lanes.bed.upsert("a");
        lanes.offer(write);
        lanes.only(primary).cut();
        write.chargedTo(spentClient());
        lanes.bed.io.runFor(PAUSE_MS);
        lanes.only(primary).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void theOldestRecordThatIsNotDurableEverywhereIsKnown() {
        assertEquals(Long.MAX_VALUE, lanes.group.oldestPending());
        assertTrue(lanes.group.atRest());
        lanes.upsert("a");
        lanes.only(primary).done();
        lanes.upsert("b");
        lanes.only(primary).done();
        assertEquals(1, lanes.group.oldestPending());
        lanes.only(replica).done();
        assertEquals(2, lanes.group.oldestPending());
        assertFalse(lanes.group.atRest());
        lanes.bed.log.hold();
        lanes.only(replica).done();
        assertEquals(2, lanes.group.oldestPending(), "its cursor is not durable");
        assertFalse(lanes.group.atRest());
        lanes.release();
        assertEquals(Long.MAX_VALUE, lanes.group.oldestPending());
        assertTrue(lanes.group.atRest());
    }

    @Test
    void aRestoredCursorIsWhereALaneBegins() {
        lanes.group.restoreCursor(0, 7);
        assertEquals(7, primary.cursor.applied());
        assertEquals(7, lanes.bed.entry().gate().applied(0));
        assertEquals(Long.MAX_VALUE, lanes.group.oldestPending());
        assertEquals(0, replica.cursor.applied());
    }

    @Test
    void aLeaderInTroubleWillNotDecideSoon() {
        Write write = lanes.upsert("a");
        assertTrue(lanes.group.nearlyDecided());
        lanes.only(primary).cut();
        assertFalse(lanes.group.nearlyDecided());
        lanes.bed.io.runFor(PAUSE_MS);
        lanes.only(primary).done();
        assertTrue(write.decided());
        assertTrue(lanes.group.nearlyDecided());
        lanes.upsert("b");
        lanes.bed.io.runFor(2_000);
        assertFalse(lanes.group.nearlyDecided(), "it is not answered");
    }

    @Test
    void whereEveryLaneHasLeftNothingIsLost() {
        Write write = lanes.upsert("a");
        lanes.group.detach(replica);
        lanes.group.detach(primary);
        assertFalse(write.decided());
        Write next = lanes.upsert("b");
        assertEquals(503, next.result().resultNow().status());
        assertEquals(TransactionState.FAILED, lanes.outcome(next).orElseThrow().state());
    }

    @Test
    void whoeverWaitsForARecordOfAnInstanceThatFollowsNoMoreIsTold() {
        LaneBed bed = new LaneBed();
        RecordLanes lanes = bed.collection();
        lanes.group().detach(lanes.group().lane(1));
        Write write = Write.again(bed.record(OpKind.REPAIR, "{\"ids\":[\"a\"]}", "replica"));
        bed.offer(lanes, write);
        bed.answerAll();
        assertEquals(503, write.result().resultNow().status());
    }
}
