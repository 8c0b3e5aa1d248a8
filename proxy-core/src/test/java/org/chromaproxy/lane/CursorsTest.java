package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.wal.record.Change;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The cursor of one lane on its way to a log that commits when the test says so. */
class CursorsTest {
    private final LaneBed bed = new LaneBed();
    private final Lane lane = bed.lane();
    private final List<Lane> flushed = new ArrayList<>();
    private final Cursors cursors = new Cursors(bed.id, bed.io, bed.log, flushed::add);

    @BeforeEach
    void holdTheLog() {
        bed.log.hold();
    }

    private void commitNext() {
        bed.log.commitNext();
        bed.io.runDue();
    }

    private long committed() {
        return bed.log.cursor(bed.id, "primary");
    }

    private void moveTo(long lsn) {
        lane.passed(lsn);
        cursors.moved(lane);
    }

    @Test
    void oneSubmissionIsUnderWayAtATimeAndTheNextCarriesWhatCameMeanwhile() {
        moveTo(1);
        moveTo(2);
        moveTo(3);
        assertEquals(1, bed.log.waiting());
        commitNext();
        assertEquals(1, committed());
        assertEquals(1, lane.cursor.durable());
        assertEquals(1, bed.log.waiting());
        commitNext();
        assertEquals(3, committed());
        assertTrue(lane.cursor.isDurable());
        assertEquals(0, bed.log.waiting());
        assertEquals(List.of(), flushed, "the lane did not wait for it");
    }

    @Test
    void aLaneThatNeedsADurableCursorStopsUntilItIs() {
        lane.passed(1);
        assertFalse(cursors.flushed(lane));
        assertInstanceOf(LaneState.FlushingCursor.class, lane.state());
        assertEquals(List.of(), flushed);
        commitNext();
        assertEquals(List.of(lane), flushed);
        assertFalse(lane.isOccupied());
        assertTrue(cursors.flushed(lane));
        assertEquals(0, bed.log.waiting());
    }

    @Test
    void anOlderSubmissionThatBecomesDurableIsNotTakenForTheOneThatIsAwaited() {
        moveTo(1);
        lane.passed(2);
        cursors.flush(lane);
        assertEquals(2, bed.log.waiting());
        commitNext();
        assertFalse(cursors.flushed(lane));
        bed.log.release();
        bed.io.runDue();
        assertTrue(cursors.flushed(lane));
        assertEquals(2, committed());
    }

    @Test
    void theCursorDoesNotPassWhatIsExecutedAndNotDurable() {
        lane.cursor.unsettled().add(bed.delete("a"), Effects.NONE);
        cursors.flush(lane);
        assertFalse(lane.isOccupied(), "the commit of that lets it go on");
        assertEquals(0, bed.log.waiting());
    }

    @Test
    void aCursorThatWasCommittedWithOtherChangesLetsTheLaneGoOn() {
        lane.passed(2);
        cursors.flush(lane);
        cursors.durable(lane, 2);
        assertEquals(List.of(lane), flushed);
        assertTrue(lane.cursor.isDurable());
    }

    @Test
    void whoWaitsUntilTheLaneHasCaughtUpIsToldOnceItsCursorIsDurable() {
        List<String> fed = new ArrayList<>();
        moveTo(1);
        lane.whenFed(() -> fed.add("fed"));
        lane.fed();
        assertEquals(List.of(), fed);
        commitNext();
        assertEquals(List.of("fed"), fed);
    }

    @Test
    void theChangeNamesTheLaneAndItsInstance() {
        assertEquals(new Change.Cursor(bed.id, "primary", 7), cursors.at(lane, 7));
    }
}
