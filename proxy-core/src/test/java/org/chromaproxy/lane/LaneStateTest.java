package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a lane is at, on the way of its records. */
class LaneStateTest {
    private final LaneBed bed = new LaneBed("primary");
    private final RecordLanes lanes = bed.collection();
    private final Lane lane = lanes.group().lane(0);

    @Test
    void everyStateButReadySaysWhyTheLaneDoesNotGoOn() {
        assertEquals("", LaneState.READY.reason());
        List<LaneState> others = List.of(
                new LaneState.Sending(),
                new LaneState.AwaitingWriteTurn(bed.delete("a")),
                new LaneState.AwaitingPlace("a place"),
                new LaneState.LoadingBody(),
                new LaneState.Asking("a question"),
                new LaneState.Committing("a commit"),
                new LaneState.FlushingCursor(),
                new LaneState.BackingOff("a fault", 0));
        others.forEach(state -> assertFalse(state.reason().isBlank(), state.toString()));
        assertEquals(
                others.size(), others.stream().map(LaneState::reason).distinct().count());
    }

    @Test
    void aRecordIsSentAndTheLaneIsReadyAgain() {
        assertSame(LaneState.READY, lane.state());
        bed.offer(lanes, bed.delete("a"));
        assertInstanceOf(LaneState.Sending.class, lane.state());
        bed.io.only().done();
        assertSame(LaneState.READY, lane.state());
    }

    @Test
    void afterAFaultTheLaneBacksOffUntilTheTimeThatItTells() {
        bed.offer(lanes, bed.delete("a"));
        bed.io.only().cut();
        LaneState.BackingOff pause = assertInstanceOf(LaneState.BackingOff.class, lane.state());
        assertEquals("closed", pause.reason());
        long left = TimeUnit.NANOSECONDS.toMillis(pause.untilNanos() - bed.io.nanoTime());
        bed.io.runFor(left - 1);
        assertEquals(List.of(), bed.io.open());
        bed.io.runFor(1);
        assertInstanceOf(LaneState.Sending.class, lane.state());
    }

    @Test
    void aRefusalIsMadeDurableBeforeTheLaneGoesOn() {
        bed.offer(lanes, bed.delete("a"));
        Write next = bed.offer(lanes, bed.delete("b"));
        bed.log.hold();
        bed.io.only().refuse();
        assertInstanceOf(LaneState.Committing.class, lane.state());
        assertEquals(List.of(), bed.io.open());
        bed.log.release();
        bed.io.runDue();
        assertEquals(next, lane.head());
        assertInstanceOf(LaneState.Sending.class, lane.state());
    }

    @Test
    void whatDoesNotCommuteIsSentOnceTheCursorIsDurable() {
        bed.log.hold();
        bed.offer(lanes, bed.delete("a"));
        bed.offer(lanes, bed.upsert("a"));
        bed.io.only().done();
        assertInstanceOf(LaneState.FlushingCursor.class, lane.state());
        assertEquals(List.of(), bed.io.open());
        bed.log.release();
        bed.io.runDue();
        assertInstanceOf(LaneState.Sending.class, lane.state());
        assertEquals(1, bed.log.cursor(bed.id, "primary"));
    }

    @Test
    void aBodyThatLeftMemoryIsReadFromTheLogBeforeItIsSent() {
        Write write = bed.delete("a");
        write.dropBody();
        lanes.offer(write);
        assertInstanceOf(LaneState.LoadingBody.class, lane.state());
        bed.io.runDue();
        assertEquals(List.of("a"), bed.idsSentTo(bed.primary()));
    }
}
