package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.chromaproxy.capability.Capabilities;
import org.chromaproxy.capability.Feature;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

class DispatchTest {
    private static final long PAUSE_MS = 6_000;

    private final ScriptedLanes lanes = new ScriptedLanes();
    private final Lane primary = lanes.primary();
    private final Lane replica = lanes.replica();

    private WriteTurns turns(Lane lane) {
        return lanes.bed.services().work().writes().on(lane.instance, lanes.bed.io);
    }

    private static String large(int bytes) {
        return "{\"ids\":[\"a\"],\"documents\":[\"" + "x".repeat(bytes) + "\"],\"embeddings\":[[1,2]]}";
    }

    /** The second and the third record are under way together on the primary. */
    private List<Write> together() {
        lanes.script.together = 2;
        List<Write> writes = List.of(lanes.upsert("a"), lanes.upsert("b"), lanes.upsert("c"));
        lanes.only(primary).done();
        assertEquals(List.of("1", "2+3"), lanes.sentTo(primary));
        lanes.only(replica).done();
        return writes.subList(1, 3);
    }

    @Test
    void recordsAreSentOneAtATimeInTheirOrder() {
        for (String record : List.of("a", "b", "c")) {
            lanes.upsert(record);
        }
        for (int i = 1; i <= 3; i++) {
            assertEquals(i, lanes.sentTo(primary).size());
            lanes.only(primary).done();
        }
        lanes.bed.answerAll();
        assertEquals(List.of("1", "2", "3"), lanes.sentTo(primary));
        assertEquals(List.of("1", "2", "3"), lanes.sentTo(replica));
    }

    @Test
    void whatWasNeverSentIsNotInDoubt() {
        Write write = lanes.upsert("a");
        lanes.only(primary).refuseConnection();
        assertFalse(primary.headInDoubt());
        assertFalse(primary.underWay());
        assertEquals(0, primary.attempts().faults());
        lanes.bed.io.runFor(PAUSE_MS);
        lanes.only(primary).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void whatWasSentWithoutAnAnswerIsInDoubtThoughTheNextAttemptNeverLeft() {
        lanes.upsert("a");
        lanes.only(primary).cut();
        lanes.bed.io.runFor(PAUSE_MS);
        lanes.only(primary).refuseConnection();
        assertTrue(primary.headInDoubt());
        assertTrue(primary.underWay());
    }

    @Test
    void aRecordThatWasLoggedBeforeAStartIsInDoubtFromTheBeginning() {
        Write write = Write.recovered(lanes.bed.upsert("a").record());
        write.body("{\"ids\":[\"a\"]}".getBytes(StandardCharsets.UTF_8));
        lanes.offer(write);
        lanes.only(primary).refuseConnection();
        assertTrue(primary.headInDoubt());
    }

    @Test
    void whileTheLogIsNotKnownToBeItsOwnAProxySendsNothing() {
        lanes.bed.owning.set(false);
        Write write = lanes.upsert("a");
        assertEquals(List.of(), lanes.bed.io.sent());
        lanes.bed.owning.set(true);
        lanes.group.pumpAll();
        lanes.only(primary).done();
        assertTrue(write.decided());
    }

    @Test
    void neighboursGoTogetherAndEachIsDecidedByTheOneAnswer() {
        List<Write> both = together();
        lanes.only(primary).done();
        assertEquals(200, both.get(0).result().resultNow().status());
        assertEquals(200, both.get(1).result().resultNow().status());
        assertEquals(3, primary.cursor.applied());
        lanes.only(replica).done();
        assertEquals(List.of("1", "2+3"), lanes.sentTo(replica));
        assertEquals(List.of("2 on primary", "3 on primary"), lanes.script.left.subList(2, 4));
    }

    @Test
    void aBatchOfOneIsTheRecordAsItIs() {
        byte[] body = {'{', '}'};
        Batch one = Batch.of(lanes.bed.upsert("a"), body);
        assertFalse(one.merged());
        assertEquals(1, one.first().lsn());
        assertEquals(1, one.lastLsn());
        assertArrayEquals(body, one.body());
        Batch two = new Batch(List.of(lanes.bed.upsert("b"), lanes.bed.upsert("c")), body);
        assertTrue(two.merged());
        assertEquals(2, two.first().lsn());
        assertEquals(3, two.lastLsn());
    }

    @Test
    void whatIsRefusedTogetherIsSentOneByOneAndOnlyTheCulpritIsRefused() {
        List<Write> both = together();
        lanes.only(primary).refuse();
        assertFalse(both.getFirst().decided());
        assertFalse(primary.headInDoubt(), "together they were refused");
        assertEquals(List.of("1", "2+3", "2"), lanes.sentTo(primary));
        lanes.only(primary).refuse();
        assertEquals(400, both.get(0).result().resultNow().status());
        assertEquals(List.of("1", "2+3", "2", "3"), lanes.sentTo(primary));
        lanes.only(primary).done();
        assertEquals(200, both.get(1).result().resultNow().status());
        lanes.only(replica).done();
        assertEquals(List.of("1", "3"), lanes.sentTo(replica));
    }

    @Test
    void whatIsNotAnsweredTogetherIsInDoubtToTheLast() {
        List<Write> both = together();
        lanes.only(primary).cut();
        assertTrue(primary.headInDoubt());
        lanes.bed.io.runFor(PAUSE_MS);
        lanes.only(primary).done();
        assertEquals(List.of("1", "2+3", "2", "3"), lanes.sentTo(primary));
        assertTrue(primary.headInDoubt(), "the second may have been executed, too");
        assertTrue(both.get(0).decided());
        assertFalse(both.get(1).decided());
        lanes.only(primary).done();
        assertFalse(primary.inDoubt());
    }

    @Test
    void whatTheServerIsTooBusyForTogetherIsSentTogetherAgain() {
        together();
        lanes.only(primary).answer(503, "");
        lanes.bed.io.runFor(PAUSE_MS);
        assertEquals(List.of("1", "2+3", "2+3"), lanes.sentTo(primary));
    }

    @Test
    void aLateAnswerToSeveralOfAnOldLeaderDecidesNoneOfThem() {
        List<Write> both = together();
        VirtualIo.Sent late = lanes.only(primary);
        lanes.elect(replica);
        late.done();
        assertFalse(both.get(0).decided() || both.get(1).decided());
        assertEquals(3, primary.cursor.doubtTo());
        lanes.only(replica).done();
        assertTrue(both.get(0).decided() && both.get(1).decided());
        lanes.bed.answerAll();
        assertEquals(3, primary.cursor.applied());
        assertEquals(3, replica.cursor.applied());
    }

    @Test
    void aRequestThatCarriesSeveralBelongsToNoTrace() {
        lanes.script.together = 2;
        for (int i = 0; i < 3; i++) {
            DefaultHttpHeaders headers = new DefaultHttpHeaders();
            headers.set("traceparent", "of " + i).set("x-client", "c");
            String id = "r" + i;
            lanes.offer(Write.fresh(
                    lanes.bed.record(OpKind.UPSERT, "{\"ids\":[\"" + id + "\"]}", ""),
                    new Footprint.Ids(List.of(id)),
                    headers));
        }
        assertEquals("of 0", lanes.only(primary).request.headers().get("traceparent"));
        lanes.only(primary).done();
        assertNull(lanes.only(primary).request.headers().get("traceparent"));
        assertEquals("c", lanes.only(primary).request.headers().get("x-client"));
        assertEquals("application/json", lanes.only(primary).request.headers().get("content-type"));
    }

    @Test
    void whatConflictsWithWhatWasSentWaitsForTheDurableCursor() {
        lanes.bed.log.hold();
        lanes.upsert("a");
        lanes.only(primary).done();
        lanes.upsert("b");
        lanes.only(primary).done();
        lanes.upsert("a");
        assertEquals(List.of("1", "2"), lanes.sentTo(primary));
        assertInstanceOf(LaneState.FlushingCursor.class, primary.state());
        lanes.release();
        assertEquals(List.of("1", "2", "3"), lanes.sentTo(primary));
    }

    @Test
    void whatWasSentMayBeSentAgainBesideAllThatCommutesWithIt() {
        lanes.bed.log.hold();
        lanes.upsert("a");
        lanes.only(primary).done();
        lanes.upsert("b");
        lanes.only(primary).cut();
        lanes.bed.io.runFor(PAUSE_MS);
        assertEquals(List.of("1", "2", "2"), lanes.sentTo(primary));
    }

    @Test
    void whatIsDecidedAndRefusedIsNotSentAndWhoExecutedItHasDiverged() {
        Write write = lanes.upsert("a");
        VirtualIo.Sent late = lanes.only(primary);
        lanes.elect(replica);
        lanes.only(replica).refuse();
        assertTrue(write.refused());
        late.done();
        assertEquals(List.of("diverge 1 on primary"), lanes.script.told);
    }

    @Test
    void aRefusalOfWhatIsDecidedAndRefusedIsNoProofThatItWasNeverExecuted() {
        lanes.upsert("a");
        VirtualIo.Sent late = lanes.only(primary);
        lanes.elect(replica);
        lanes.only(replica).refuse();
        late.refuse();
        assertEquals(List.of(), lanes.script.told);
        assertEquals(List.of("1 on replica", "1 on primary"), lanes.script.left);
    }

    @Test
    void aRefusalOfWhatTheLeaderAppliedContradictsAndRefusesNothing() {
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        lanes.only(replica).refuse();
        assertEquals(200, write.result().resultNow().status());
        assertEquals(0, replica.cursor.applied());
        assertEquals(1, replica.attempts().faults());
        lanes.bed.io.runFor(PAUSE_MS);
        lanes.only(replica).done();
        assertEquals(1, replica.cursor.applied());
    }

    @Test
    void aLargeBodyIsInMemoryOnlyWhileItIsSent() {
        Write write = lanes.bed.write(OpKind.UPSERT, large(LargeBodies.LARGE));
        assertNull(write.body());
        List<Turns.Turn> others = new ArrayList<>();
        lanes.bed.services().work().largeBodies().await(lanes.bed.io, others::add);
        lanes.offer(write);
        assertNull(write.body());
        assertInstanceOf(LaneState.AwaitingPlace.class, primary.state());
        others.getFirst().end();
        lanes.bed.io.runDue();
        assertEquals(write.record().bodyBytes(), lanes.only(primary).request.body().length);
        lanes.only(primary).refuseConnection();
        assertNull(write.body(), "others may have theirs meanwhile");
        lanes.bed.io.runFor(PAUSE_MS);
        lanes.only(primary).done();
        assertEquals(write.record().bodyBytes(), Objects.requireNonNull(write.body()).length);
        lanes.only(replica).done();
        assertNull(write.body());
        assertEquals(0, lanes.bed.services().stats().bodyBytes());
        assertEquals(0, lanes.bed.services().work().largeBodies().waiting());
    }

    @Test
    void aBodyThatCannotBeReadFromTheLogNowIsReadLater() {
        LogRecord known = lanes.bed.upsert("a").record();
        String body = "{\"ids\":[\"a\"]}";
        WriteRequest request = known.content().request();
        LogRecord unreadable = new LogRecord(
                100,
                known.createdAt(),
                new NewRecord(
                        OpKind.UPSERT,
                        known.content().subject(),
                        new WriteRequest(
                                request.method(),
                                request.path(),
                                request.contentType(),
                                body.getBytes(StandardCharsets.UTF_8)),
                        Optional.empty()),
                body.length());
        Write write = lanes.offer(Write.again(unreadable));
        assertEquals(List.of(), lanes.bed.io.sent());
        assertInstanceOf(LaneState.BackingOff.class, primary.state());
        assertEquals(0, primary.attempts().faults());
        lanes.bed.log.append(unreadable);
        lanes.bed.io.runFor(PAUSE_MS);
        assertEquals(body, lanes.only(primary).body());
        lanes.only(primary).done();
        assertTrue(write.decided());
    }

    @Test
    void aLargeWriteWaitsForItsTurnAmongThoseOfOthers() {
        WriteTurns.Turn other = Objects.requireNonNull(turns(primary).take("another", WriteTurns.LARGE));
        lanes.offer(lanes.bed.write(OpKind.UPSERT, large(WriteTurns.LARGE)));
        assertInstanceOf(LaneState.AwaitingWriteTurn.class, primary.state());
        assertEquals(List.of(), lanes.bed.io.sent());
        other.end();
        lanes.bed.io.runDue();
        assertEquals(List.of("1"), lanes.sentTo(primary));
    }

    @Test
    void aTurnThatComesToALaneThatHasLeftIsGivenBack() {
        WriteTurns.Turn other = Objects.requireNonNull(turns(primary).take("another", WriteTurns.LARGE));
        lanes.offer(lanes.bed.write(OpKind.UPSERT, large(WriteTurns.LARGE)));
        lanes.group.detach(primary);
        other.end();
        lanes.bed.io.runDue();
        assertEquals(List.of(), lanes.sentTo(primary));
        assertEquals(0, turns(primary).line().underWay());
        assertEquals(0, turns(primary).line().writes());
    }

    @Test
    void whateverTheAnswerATurnIsGivenBack() {
        List<String> answers = List.of("cut", "never sent", "busy", "failed", "refused");
        for (String answer : answers) {
            Write write = lanes.upsert(answer);
            VirtualIo.Sent sent = lanes.only(primary);
            switch (answer) {
                case "cut" -> sent.cut();
                case "never sent" -> sent.refuseConnection();
                case "busy" -> sent.answer(503, "");
                case "failed" -> sent.fail();
                default -> sent.refuse();
            }
            assertEquals(0, turns(primary).line().underWay(), answer);
            assertEquals(0, primary.instance.writes().bytesUnderWay(), answer);
            lanes.bed.io.runFor(PAUSE_MS);
            lanes.bed.answerAll();
            assertTrue(write.decided(), answer);
        }
    }

    @Test
    void whatAnOlderServerLacksAnotherDecidesAndTheServerWaitsForItsUpgrade() {
        primary.instance.capabilities(Capabilities.UNKNOWN.with(Feature.LIST_METADATA, false));
        replica.instance.capabilities(Capabilities.UNKNOWN.with(Feature.LIST_METADATA, true));
        Write write = lanes.offer(lanes.bed.write(
                OpKind.UPSERT, "{\"ids\":[\"a\"],\"embeddings\":[[1,2]],\"metadatas\":[{\"k\":[\"v\"]}]}"));
        assertEquals(List.of(), lanes.sentTo(primary));
        lanes.only(replica).done();
        assertEquals(200, write.result().resultNow().status());
        lanes.upsert("b");
        lanes.only(replica).done();
        assertEquals(List.of(), lanes.sentTo(primary), "what follows waits, too");
        assertEquals(1, primary.instance.holds().all().size());
        primary.instance.capabilities(Capabilities.UNKNOWN.with(Feature.LIST_METADATA, true));
        lanes.group.instanceChanged(primary.instance);
        lanes.bed.answerAll();
        assertEquals(List.of("1", "2"), lanes.sentTo(primary));
        assertEquals(List.of(), primary.instance.holds().all());
    }

    @Test
    void whatAnOlderServerLacksIsNotSentAlongWithOthers() {
        lanes.upsert("a");
        primary.instance.capabilities(Capabilities.UNKNOWN.with(Feature.LIST_METADATA, false));
        replica.instance.capabilities(Capabilities.UNKNOWN.with(Feature.LIST_METADATA, true));
        lanes.script.together = 2;
        lanes.upsert("b");
        lanes.offer(lanes.bed.write(
                OpKind.UPSERT, "{\"ids\":[\"c\"],\"embeddings\":[[1,2]],\"metadatas\":[{\"k\":[\"v\"]}]}"));
        lanes.only(primary).done();
        assertEquals(List.of("1", "2"), lanes.sentTo(primary));
    }

    @Test
    void anAnswerToALaneThatHasLeftIsNobodysBusiness() {
        Write write = lanes.upsert("a");
        lanes.only(primary).done();
        VirtualIo.Sent late = lanes.only(replica);
        lanes.group.detach(replica);
        late.refuse();
        assertEquals(200, write.result().resultNow().status());
        assertEquals(0, turns(replica).line().underWay());
        assertEquals(List.of("1 on primary"), lanes.script.left);
        assertTrue(lanes.group.intake().empty());
    }
}
