package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class PassageTest {
    private final ScriptedLanes lanes = new ScriptedLanes();
    private final Lane primary = lanes.primary();
    private final Lane replica = lanes.replica();

    /** Every record changes something in the log, which commits only when the test says so. */
    private void effectsAreHeld() {
        lanes.script.effects = List.of(new Change.Flat(lanes.bed.id, true));
        lanes.bed.log.hold();
    }

    private long cursor(Lane lane) {
        return lanes.bed.log.cursor(lanes.bed.id, lane.instance.name());
    }

    @Test
    void aRecordLeavesItsLaneAndItsClientIsToldOnceItsEffectsAreDurable() {
        effectsAreHeld();
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        assertEquals(List.of(), lanes.script.left);
        assertFalse(write.result().isDone());
        assertEquals(0, primary.cursor.applied());
        assertEquals(0, lanes.bed.entry().gate().applied(0));
        lanes.commitNext();
        assertEquals(200, write.result().resultNow().status());
        assertEquals(List.of("1 on primary"), lanes.script.left);
        assertEquals(1, primary.cursor.applied());
        assertEquals(1, cursor(primary), "in the same transaction");
    }

    @Test
    void whatCommutesGoesBesideWhatIsNotDurableYet() {
        effectsAreHeld();
        lanes.upsert("a");
        lanes.only(primary).done();
        lanes.upsert("b");
        assertEquals(List.of("1", "2"), lanes.sentTo(primary));
    }

    @Test
    void whatDoesNotCommuteWaitsUntilThatIsDurable() {
        effectsAreHeld();
        lanes.upsert("a");
        lanes.only(primary).done();
        lanes.upsert("a");
        assertEquals(List.of("1"), lanes.sentTo(primary));
        lanes.commitNext();
        assertEquals(List.of("1", "2"), lanes.sentTo(primary));
    }

    @Test
    void effectsAreCommittedOneGroupAfterTheOther() {
        effectsAreHeld();
        for (String record : List.of("a", "b", "c")) {
            lanes.upsert(record);
            lanes.only(primary).done();
        }
        assertEquals(1, lanes.bed.log.waiting());
        lanes.commitNext();
        assertEquals(1, cursor(primary));
        assertEquals(1, primary.cursor.applied());
        lanes.commitNext();
        assertEquals(3, cursor(primary));
        assertEquals(List.of("1 on primary", "2 on primary", "3 on primary"), lanes.script.left);
    }

    @Test
    void noCursorPassesWhatTheLogRefusedAndAllOfItIsExecutedAgainInOrderOneByOne() {
        effectsAreHeld();
        lanes.upsert("a");
        lanes.upsert("b");
        lanes.only(primary).done();
        lanes.only(primary).done();
        lanes.refuseNext();
        assertEquals(0, cursor(primary));
        assertEquals(List.of("1", "2", "1"), lanes.sentTo(primary));
        assertTrue(primary.headInDoubt());
        lanes.only(primary).done();
        assertTrue(lanes.idle(primary), "nothing goes beside it now");
        lanes.commitNext();
        assertTrue(primary.headInDoubt(), "the second was executed before, too");
        lanes.only(primary).done();
        lanes.release();
        assertEquals(List.of("1", "2", "1", "2"), lanes.sentTo(primary));
        assertEquals(2, cursor(primary));
        assertEquals(List.of("1 on primary", "2 on primary"), lanes.script.left.subList(0, 2));
    }

    @Test
    void whatTheLogRefusedIsTakenBackOnceTheNextOneIsAnswered() {
        effectsAreHeld();
        Write first = lanes.upsert("a");
        Write second = lanes.upsert("b");
        lanes.only(primary).done();
        lanes.refuseNext();
        assertEquals(List.of("1", "2"), lanes.sentTo(primary), "the second is under way");
        lanes.release();
        lanes.only(primary).done();
        assertEquals(List.of("1", "2", "1"), lanes.sentTo(primary));
        assertFalse(first.decided());
        assertFalse(second.decided());
        lanes.only(primary).done();
        lanes.only(primary).done();
        assertTrue(second.decided());
        assertEquals(2, cursor(primary));
    }

    @Test
    void anEffectThatTheLogRefusesByItselfIsAFaultOfTheRecord() {
        effectsAreHeld();
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        lanes.refuseNext();
        assertEquals(1, primary.attempts().faults());
        assertTrue(primary.headInDoubt());
        assertFalse(write.decided());
        lanes.bed.io.runFor(6_000);
        lanes.release();
        lanes.only(primary).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aRecordThatIsPassedUnsentStaysBehindThoseThatAreNotDurable() {
        effectsAreHeld();
        lanes.script.plan = (lane, write) -> write.lsn() == 2 ? Plan.SKIP : new Plan.Send("POST", "/" + write.lsn());
        lanes.upsert("a");
        lanes.only(primary).done();
        lanes.upsert("b");
        assertEquals(0, primary.cursor.applied());
        assertEquals(List.of(), lanes.script.left);
        lanes.commitNext();
        assertEquals(1, cursor(primary));
        lanes.release();
        assertEquals(2, cursor(primary));
        assertEquals(List.of("1"), lanes.sentTo(primary));
    }

    @Test
    void effectsThatBecomeDurableAfterTheLaneHasLeftMoveNoCursor() {
        effectsAreHeld();
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        lanes.group.detach(primary);
        lanes.release();
        assertTrue(write.decided(), "the leader had executed it");
        assertEquals(0, primary.cursor.applied());
        assertFalse(lanes.script.left.contains("1 on primary"));
    }

    @Test
    void aRecordForOneInstanceIsSentToNoOther() {
        Write write = Write.fresh(
                lanes.bed.record(OpKind.UPSERT, "{\"ids\":[\"a\"]}", "replica"),
                new Footprint.Ids(List.of("a")),
                EmptyHttpHeaders.INSTANCE);
        lanes.offer(write);
        assertEquals(List.of(), lanes.sentTo(primary));
        assertEquals(1, primary.cursor.applied());
        assertFalse(write.result().isDone());
        lanes.only(replica).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aRecordIsForgottenWithTheLastLaneThatHasIt() {
        List<String> everywhere = new ArrayList<>();
        Write write = lanes.bed.upsert("a");
        write.whenEverywhere(() -> everywhere.add("everywhere"));
        lanes.offer(write);
        lanes.only(primary).done();
        assertEquals(List.of(), everywhere);
        assertTrue(lanes.bed.services().stats().bodyBytes() > 0);
        lanes.only(replica).done();
        assertEquals(List.of("everywhere"), everywhere);
        assertEquals(0, lanes.bed.services().stats().bodyBytes());
        assertEquals(0, lanes.bed.services().stats().records());
        assertTrue(lanes.group.intake().empty());
        assertEquals(0, lanes.bed.services().stats().pending());
    }

    @Test
    void whatNoInstanceTakesHasItsOutcomeInTheLogBeforeItIsTold() {
        lanes.group.detach(primary);
        lanes.group.detach(replica);
        lanes.bed.log.hold();
        Write write = lanes.upsert("a");
        assertFalse(write.result().isDone());
        lanes.release();
        assertEquals(503, write.result().resultNow().status());
        assertEquals(TransactionState.FAILED, lanes.outcome(write).orElseThrow().state());
        assertEquals(List.of(), lanes.bed.io.sent());
        assertTrue(lanes.group.intake().empty());
    }

    @Test
    void theCursorOfALaneFollowsWhatItHasPassed() {
        lanes.upsert("a");
        assertEquals(0, cursor(primary));
        lanes.only(primary).done();
        assertEquals(1, cursor(primary));
        assertEquals(0, cursor(replica));
        lanes.only(replica).done();
        assertEquals(1, cursor(replica));
    }

    @Test
    void oneCursorOfALaneIsUnderWayAtATime() {
        lanes.bed.log.hold();
        for (String record : List.of("a", "b", "c")) {
            lanes.upsert(record);
            lanes.only(primary).done();
        }
        assertEquals(1, lanes.bed.log.waiting());
        lanes.commitNext();
        assertEquals(1, cursor(primary));
        lanes.commitNext();
        assertEquals(3, cursor(primary));
        assertEquals(0, lanes.bed.log.waiting());
    }

    @Test
    void aFollowersEffectsAreTheirOwnTransaction() {
        lanes.script.effects = List.of(new Change.Flat(lanes.bed.id, true));
        lanes.upsert("a");
        lanes.only(primary).done();
        lanes.bed.log.hold();
        lanes.only(replica).done();
        assertEquals(0, cursor(replica));
        assertEquals(0, replica.cursor.applied());
        lanes.commitNext();
        assertEquals(1, cursor(replica));
        assertEquals(1, replica.cursor.applied());
    }
}
