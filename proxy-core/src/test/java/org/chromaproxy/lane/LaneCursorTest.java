package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.chromaproxy.scan.Footprint;
import org.junit.jupiter.api.Test;

class LaneCursorTest {
    private final LaneCursor cursor = new LaneCursor();

    @Test
    void aCursorOfTheLogNeverMovesItBack() {
        cursor.restore(7);
        cursor.restore(3);
        assertEquals(7, cursor.applied());
        assertEquals(7, cursor.durable());
        cursor.advance(9);
        cursor.restore(8);
        assertEquals(9, cursor.applied());
        assertEquals(8, cursor.durable());
        assertFalse(cursor.isDurable());
    }

    @Test
    void anOlderCommitThatIsToldLateDoesNotMoveTheDurableCursorBack() {
        cursor.advance(9);
        cursor.becomeDurable(9);
        cursor.becomeDurable(5);
        assertEquals(9, cursor.durable());
        assertTrue(cursor.isDurable());
    }

    @Test
    void aSubmissionIsUnderWayUntilItselfIsDurable() {
        cursor.advance(5);
        assertEquals(5, cursor.beginFlush());
        cursor.advance(9);
        assertEquals(9, cursor.beginFlush());
        cursor.becomeDurable(5);
        assertTrue(cursor.isFlushing());
        assertFalse(cursor.isDurable());
        cursor.becomeDurable(9);
        assertFalse(cursor.isFlushing());
        assertTrue(cursor.isDurable());
    }

    @Test
    void whatIsDurableLeavesTheWindowAndWhatIsOnlyAppliedDoesNot() {
        cursor.window().sending(1, new Footprint.Ids(List.of("a")));
        cursor.window().sending(2, new Footprint.Ids(List.of("b")));
        cursor.advance(2);
        assertTrue(cursor.window().holds(1));
        cursor.becomeDurable(1);
        assertFalse(cursor.window().holds(1));
        assertTrue(cursor.window().holds(2));
    }

    @Test
    void theDoubtOnlyGrowsUntilItEnds() {
        cursor.doubt(7);
        cursor.doubt(3);
        assertEquals(7, cursor.doubtTo());
        cursor.endDoubt();
        assertEquals(0, cursor.doubtTo());
    }

    @Test
    void itHasReachedWhatIsExecutedThoughTheCursorHasNotPassedIt() {
        LaneBed bed = new LaneBed();
        cursor.advance(0);
        assertEquals(0, cursor.reached());
        cursor.unsettled().add(bed.delete("a"), Effects.NONE);
        cursor.unsettled().add(bed.delete("b"), Effects.NONE);
        assertEquals(2, cursor.reached());
        assertEquals(0, cursor.applied());
    }
}
