package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SilenceTest {
    /** A little more than lanes wait for an answer before another instance decides. */
    private static final int PATIENCE_S = 31;

    private final ScriptedLanes lanes = new ScriptedLanes();
    private final ScriptedLanes alone = ScriptedLanes.alone();

    /** The only server does not answer the head, applies others, and the head's connection is reset. */
    private VirtualIo.Sent silencedAlone() {
        VirtualIo.Sent sent = alone.only(alone.primary());
        alone.appliesAnother(alone.primary());
        alone.pass(3 * PATIENCE_S);
        return sent;
    }

    @Test
    void whatTheLeaderDoesNotAnswerAnotherDecidesAndItsLateRefusalDecidesNothing() {
        Write write = lanes.upsert("a");
        VirtualIo.Sent silent = lanes.only(lanes.primary());
        lanes.appliesAnother(lanes.primary());
        lanes.pass(PATIENCE_S - 1);
        assertTrue(lanes.idle(lanes.replica()));
        lanes.pass(1);
        assertFalse(silent.answer.isDone(), "its answer is still waited for");
        silent.refuse();
        assertFalse(write.decided());
        lanes.only(lanes.replica()).done();
        assertEquals(200, write.result().resultNow().status());
        lanes.only(lanes.primary()).done();
        assertEquals(1, lanes.primary().cursor.applied());
        assertEquals(List.of("1", "1"), lanes.sentTo(lanes.primary()));
    }

    @Test
    void aSilentLaneIsSentNothingElse() {
        lanes.upsert("a");
        lanes.appliesAnother(lanes.primary());
        lanes.pass(PATIENCE_S);
        lanes.only(lanes.replica()).done();
        lanes.upsert("b");
        assertEquals(List.of("1"), lanes.sentTo(lanes.primary()));
        assertEquals(List.of("1", "2"), lanes.sentTo(lanes.replica()));
    }

    @Test
    void aServerThatAnswersNoWriteAtAllTakesNoneAndItsConnectionStaysOpen() {
        Write write = alone.upsert("a");
        VirtualIo.Sent sent = alone.only(alone.primary());
        alone.pass(PATIENCE_S);
        assertTrue(alone.primary().instance.writes().down());
        alone.pass(4 * PATIENCE_S);
        assertFalse(sent.answer.isDone());
        assertEquals(List.of("1"), alone.sentTo(alone.primary()));
        sent.done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void aConnectionIsResetWhileTheServerAppliesOthersAndTheHeadIsSentAgainOnlyBehindAnotherWrite() {
        Write write = alone.upsert("a");
        VirtualIo.Sent sent = alone.only(alone.primary());
        alone.appliesAnother(alone.primary());
        alone.pass(3 * PATIENCE_S - 4);
        assertFalse(sent.answer.isDone());
        alone.pass(4);
        assertTrue(sent.answer.isCancelled());
        assertEquals(List.of("cutOff only"), alone.script.told);
        assertEquals(1, alone.script.proofs.size(), "another write is under way");
        alone.pass(20);
        assertEquals(List.of("1"), alone.sentTo(alone.primary()));
        alone.script.proofs.remove().accept(true);
        assertEquals(List.of("1", "1"), alone.sentTo(alone.primary()));
        assertTrue(alone.primary().headInDoubt());
        alone.only(alone.primary()).done();
        assertEquals(200, write.result().resultNow().status());
    }

    @Test
    void untilAnotherWriteIsAnsweredTheHeadIsNotSentAgain() {
        alone.upsert("a");
        silencedAlone();
        for (int i = 0; i < 3; i++) {
            alone.script.proofs.remove().accept(false);
            assertTrue(alone.script.proofs.isEmpty(), "it pauses before it asks again");
            alone.appliesAnother(alone.primary());
            alone.bed.io.runFor(6_000);
            assertEquals(List.of("1"), alone.sentTo(alone.primary()));
        }
        alone.script.proofs.remove().accept(true);
        assertEquals(List.of("1", "1"), alone.sentTo(alone.primary()));
    }

    @Test
    void whatIsNeverAnsweredTwiceIsNotSentThereAThirdTime() {
        Write write = alone.upsert("a");
        assertTrue(silencedAlone().answer.isCancelled());
        alone.script.proofs.remove().accept(true);
        assertTrue(silencedAlone().answer.isCancelled());
        assertEquals(List.of("cutOff only", "giveUp 1 on only"), alone.script.told.subList(0, 2));
        assertTrue(write.refused());
        assertEquals(List.of("1", "1"), alone.sentTo(alone.primary()));
    }

    @Test
    void aFollowerThatDoesNotAnswerHoldsNobodyUp() {
        Write first = lanes.upsert("a");
        lanes.only(lanes.primary()).done();
        lanes.appliesAnother(lanes.replica());
        lanes.pass(PATIENCE_S);
        assertEquals(0, lanes.bed.entry().gate().leader());
        Write second = lanes.upsert("b");
        lanes.only(lanes.primary()).done();
        assertTrue(first.result().isDone() && second.result().isDone());
        lanes.pass(2 * PATIENCE_S);
        assertEquals(List.of("cutOff replica"), lanes.script.told);
        lanes.script.proofs.remove().accept(true);
        lanes.only(lanes.replica()).done();
        lanes.only(lanes.replica()).done();
        assertEquals(List.of("1", "1", "2"), lanes.sentTo(lanes.replica()));
    }

    @Test
    void aBarrierThatIsAnsweredAfterTheLaneHasLeftMeansNothing() {
        alone.upsert("a");
        silencedAlone();
        alone.group.detach(alone.primary());
        alone.script.proofs.remove().accept(true);
        alone.bed.io.runDue();
        assertEquals(List.of("1"), alone.sentTo(alone.primary()));
    }

    @Test
    void theMoreAServerWasSentTheLongerItIsWaitedFor() {
        lanes.upsert("a");
        lanes.appliesAnother(lanes.primary());
        lanes.primary().instance.writes().begun(10 << 20);
        lanes.pass(PATIENCE_S + 8);
        assertTrue(lanes.idle(lanes.replica()));
        lanes.pass(2);
        assertEquals(List.of("1"), lanes.sentTo(lanes.replica()));
    }

    @Test
    void operatorsSeeWhatIsNotAnswered() {
        alone.upsert("a");
        alone.appliesAnother(alone.primary());
        alone.pass(PATIENCE_S - 2);
        assertEquals(List.of(), alone.primary().instance.holds().all());
        alone.pass(2);
        assertEquals(1, alone.primary().instance.holds().all().size());
        alone.only(alone.primary()).done();
        assertEquals(List.of(), alone.primary().instance.holds().all());
    }
}
