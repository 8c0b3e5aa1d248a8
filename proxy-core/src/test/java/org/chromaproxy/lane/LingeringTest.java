package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.chromaproxy.instance.InstanceState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LingeringTest {
    private static final long PAUSE_MS = 50;

    private final ScriptedLanes lanes = new ScriptedLanes();

    /** Writes have been coming. */
    @BeforeEach
    void oneIsWritten() {
        lanes.bed.lingerMs.set(PAUSE_MS);
        lanes.script.mayLinger = true;
        lanes.script.together = 10;
        write("a");
        lanes.only(lanes.replica()).done();
    }

    /** The leader applies it. */
    private void write(String record) {
        Write write = lanes.upsert(record);
        lanes.only(lanes.primary()).done();
        assertTrue(write.result().isDone(), "the leader never waits");
    }

    private void sentAtOnce() {
        write("b");
        assertEquals(List.of("1", "2"), lanes.sentTo(lanes.replica()));
        assertFalse(lanes.bed.entry().gate().lingers());
    }

    @Test
    void aFollowerWaitsALittleAndIsSentWhatCameMeanwhileTogether() {
        write("b");
        assertTrue(lanes.idle(lanes.replica()));
        assertTrue(lanes.bed.entry().gate().lingers());
        write("c");
        lanes.bed.io.runFor(PAUSE_MS - 1);
        assertTrue(lanes.idle(lanes.replica()));
        lanes.bed.io.runFor(1);
        assertEquals(List.of("1", "2+3"), lanes.sentTo(lanes.replica()));
        assertFalse(lanes.bed.entry().gate().lingers());
        lanes.only(lanes.replica()).done();
        assertEquals(3, lanes.replica().cursor.applied());
    }

    @Test
    void nobodyWaitsWhileSomebodyReads() {
        lanes.bed.entry().gate().noteRead();
        sentAtOnce();
    }

    @Test
    void aReadEndsTheWaiting() {
        write("b");
        lanes.bed.entry().gate().noteRead();
        lanes.group.pumpAll();
        assertEquals(List.of("1", "2"), lanes.sentTo(lanes.replica()));
    }

    @Test
    void longAfterAReadItWaitsAgain() {
        lanes.bed.entry().gate().noteRead();
        write("b");
        lanes.only(lanes.replica()).done();
        lanes.bed.io.runFor(2_000);
        write("c");
        lanes.only(lanes.replica()).done();
        write("d");
        assertTrue(lanes.idle(lanes.replica()));
    }

    @Test
    void whereTheLeaderIsNotReadNobodyWaits() {
        lanes.primary().instance.rest();
        sentAtOnce();
    }

    @Test
    void aLeaderThatIsDrainedIsNotReliedUpon() {
        lanes.primary().instance.become(InstanceState.DRAINING, "a test");
        sentAtOnce();
    }

    @Test
    void whereSomebodyWaitsAtABarrierTheLaneDoesNot() {
        lanes.replica().raiseBarrier(100, () -> {});
        sentAtOnce();
    }

    @Test
    void aLaneThatWasInTroubleDoesNotWait() {
        lanes.replica().goAlone(2);
        sentAtOnce();
    }

    @Test
    void whatCannotGoAlongDoesNotWait() {
        lanes.script.mayLinger = false;
        sentAtOnce();
    }

    @Test
    void whereNoPauseIsSetNobodyWaits() {
        lanes.bed.lingerMs.set(0);
        sentAtOnce();
    }

    @Test
    void aChangeOfLeaderWaitsForNobodyThatWaits() {
        write("b");
        assertTrue(lanes.idle(lanes.replica()));
        lanes.primary().instance.become(InstanceState.DRAINING, "a test");
        lanes.group.tick();
        lanes.bed.io.runDue();
        assertEquals(List.of("1", "2"), lanes.sentTo(lanes.replica()));
        lanes.only(lanes.replica()).done();
        assertEquals(1, lanes.bed.entry().gate().leader());
    }
}
