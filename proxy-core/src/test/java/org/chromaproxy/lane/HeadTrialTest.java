package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.util.List;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class HeadTrialTest {
    private final ScriptedLanes lanes = new ScriptedLanes();

    private void refuseHead(Lane lane) {
        lanes.only(lane).answer(400, "");
    }

    @Test
    void onlyAnEmpty400MayBeAParsers() {
        assertTrue(HeadTrial.refused(VirtualIo.response(400, "")));
        assertFalse(HeadTrial.refused(VirtualIo.response(400, "{}")));
        assertFalse(HeadTrial.refused(VirtualIo.response(404, "")));
    }

    @Test
    void aHeadThatEveryServerRefusesIsRefusedAndSentNowhereElse() {
        Write write = lanes.upsert("a");
        refuseHead(lanes.primary());
        refuseHead(lanes.primary());
        lanes.bed.log.hold();
        refuseHead(lanes.replica());
        assertEquals(List.of("1", "GET /1"), lanes.sentTo(lanes.primary()));
        assertEquals(List.of("GET /1"), lanes.sentTo(lanes.replica()));
        assertFalse(write.result().isDone(), "that is not durable yet");
        lanes.release();
        assertEquals(400, write.result().resultNow().status());
        assertEquals(TransactionState.FAILED, lanes.outcome(write).orElseThrow().state());
        assertEquals(1, lanes.replica().cursor.applied());
        assertEquals(List.of(), lanes.bed.io.open());
    }

    @Test
    void theServersAreAskedWithTheHeadThatWasRefused() {
        DefaultHttpHeaders headers = new DefaultHttpHeaders();
        headers.set("x-odd", "a value");
        lanes.offer(Write.fresh(
                lanes.bed.record(OpKind.UPSERT, "{\"ids\":[\"a\"]}", ""), new Footprint.Ids(List.of("a")), headers));
        refuseHead(lanes.primary());
        VirtualIo.Sent trial = lanes.only(lanes.primary());
        assertEquals("GET", trial.request.method());
        assertEquals("a value", trial.request.headers().get("x-odd"));
        assertEquals(0, trial.request.body().length);
    }

    @Test
    void aHeadThatOneServerTakesIsNotRefusedButInDoubt() {
        Write write = lanes.upsert("a");
        refuseHead(lanes.primary());
        refuseHead(lanes.primary());
        lanes.only(lanes.replica()).answer(405, "");
        assertFalse(write.decided());
        assertTrue(lanes.primary().headInDoubt());
        assertEquals(1, lanes.primary().attempts().faults());
        lanes.bed.io.runFor(6_000);
        lanes.only(lanes.primary()).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aTrialThatIsNotAnsweredProvesNothing() {
        Write write = lanes.upsert("a");
        refuseHead(lanes.primary());
        lanes.only(lanes.primary()).cut();
        assertFalse(write.decided());
        assertTrue(lanes.idle(lanes.replica()));
        lanes.bed.io.runFor(6_000);
        lanes.only(lanes.primary()).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aTrialThatEndsAfterAnotherHasDecidedDecidesNothing() {
        Write write = lanes.upsert("a");
        refuseHead(lanes.primary());
        VirtualIo.Sent trial = lanes.only(lanes.primary());
        lanes.elect(lanes.replica());
        lanes.only(lanes.replica()).done();
        assertEquals(200, write.result().resultNow().status());
        trial.answer(400, "");
        assertTrue(lanes.idle(lanes.replica()));
        assertEquals("POST", lanes.only(lanes.primary()).request.method());
        lanes.only(lanes.primary()).done();
        assertEquals(1, lanes.primary().cursor.applied());
    }

    @Test
    void serversThatTakeNoWritesAreNotAsked() {
        lanes.goesDown(lanes.replica());
        Write write = lanes.upsert("a");
        refuseHead(lanes.primary());
        refuseHead(lanes.primary());
        assertEquals(400, write.result().resultNow().status());
        assertEquals(List.of(), lanes.sentTo(lanes.replica()));
    }

    @Test
    void anEmpty400ToWhatIsDecidedRefusesNothing() {
        Write write = lanes.upsert("a");
        lanes.only(lanes.primary()).done();
        refuseHead(lanes.replica());
        assertEquals(List.of(), lanes.bed.io.open());
        assertEquals(1, lanes.replica().attempts().faults());
        assertEquals(200, write.result().resultNow().status());
        lanes.bed.io.runFor(6_000);
        lanes.only(lanes.replica()).done();
        assertEquals(1, lanes.replica().cursor.applied());
    }

    @Test
    void recordsThatWereSentTogetherAreTriedAlone() {
        lanes.script.together = 2;
        lanes.upsert("a");
        lanes.upsert("b");
        lanes.upsert("c");
        lanes.only(lanes.primary()).done();
        refuseHead(lanes.primary());
        assertEquals(List.of("1", "2+3", "2"), lanes.sentTo(lanes.primary()));
        refuseHead(lanes.primary());
        assertEquals(List.of("1", "2+3", "2", "GET /2"), lanes.sentTo(lanes.primary()));
    }

    /** It may have been executed, whatever is answered later. */
    @Test
    void aHeadThatWasCutOffBeforeIsNotRefusedByWhatSomethingOnTheWayAnswers() {
        Write write = lanes.upsert("a");
        lanes.only(lanes.primary()).cut();
        lanes.bed.io.runFor(1_000);
        refuseHead(lanes.primary());
        assertEquals(List.of("1", "1"), lanes.sentTo(lanes.primary()), "no trial of its head");
        assertFalse(write.decided());
    }
}
