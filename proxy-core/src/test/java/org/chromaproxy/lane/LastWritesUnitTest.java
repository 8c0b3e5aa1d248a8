package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

/** {@link LastWrites} of one collection's lanes, in virtual time. */
class LastWritesUnitTest {
    private static final String NOT_FOUND = "{\"error\":\"NotFoundError\",\"message\":\"of a test\"}";

    private final LaneBed bed = new LaneBed();
    private final RecordStory story = new RecordStory(bed);
    private final List<String> ended = new ArrayList<>();

    /** The record of that LSN, which may delete the collection, waits. */
    private void await(long lsn) {
        bed.entry().deleting(lsn);
        story.lanes.awaitLastWrites(lsn, false, () -> ended.add("ended"));
        bed.io.runDue();
    }

    @Test
    void withNothingBeforeItTheDeletionGoesAtOnce() {
        await(1);
        assertEquals(List.of("ended"), ended);
        assertFalse(bed.entry().closed());
    }

    @Test
    void itWaitsUntilTheLeaderHasDecidedAllThatWasLoggedBefore() {
        story.offer(bed.upsert("a"));
        story.offer(bed.upsert("b"));
        await(3);
        assertEquals(List.of(), ended);
        bed.io.only(bed.primary()).done();
        assertEquals(List.of(), ended);
        bed.io.only(bed.primary()).done();
        assertEquals(List.of("ended"), ended);
        assertFalse(bed.entry().closed());
    }

    @Test
    void itDoesNotWaitForWhatWasLoggedLater() {
        Write a = story.offer(bed.upsert("a"));
        await(a.lsn() + 1);
        bed.record(OpKind.OTHER, "{}", "");
        Write later = story.offer(bed.upsert("b"));
        bed.io.only(bed.primary()).done();
        assertEquals(List.of("ended"), ended);
        assertFalse(later.decided());
        assertEquals(List.of(), story.openTo(bed.primary()), "it waits for the deletion in turn");
    }

    /** After a crash, the outcomes of these writes must be known: a cursor tells that they are done. */
    @Test
    void itWaitsUntilACursorBehindThemIsDurable() {
        Write a = story.offer(bed.upsert("a"));
        await(a.lsn() + 1);
        bed.log.hold();
        bed.io.only(bed.primary()).done();
        assertTrue(a.decided());
        bed.io.runFor(1_000);
        assertEquals(List.of(), ended);
        assertEquals(0, bed.log.cursor(bed.id, "primary"));
        bed.log.release();
        bed.io.runDue();
        assertEquals(List.of("ended"), ended);
        assertEquals(a.lsn(), bed.log.cursor(bed.id, "primary"));
    }

    @Test
    void whoeverWaitsIsToldOnce() {
        Write a = story.offer(bed.upsert("a"));
        await(a.lsn() + 1);
        await(a.lsn() + 1);
        bed.answerAll();
        story.seconds(3);
        assertEquals(List.of("ended", "ended"), ended);
    }

    @Test
    void lanesThatSomebodyWaitsForAreNotLetGoOf() {
        story.down(bed.replica());
        bed.witness();
        bed.witness();
        Write a = story.offer(bed.upsert("a"));
        await(a.lsn() + 1);
        assertFalse(story.lanes.group().semantics().atRest());
        bed.io.only(bed.primary()).done();
        bed.witness();
        bed.witness();
        assertTrue(story.lanes.group().semantics().atRest());
    }

    @Test
    void aLeaderThatIsAwayIsWaitedForTenSeconds() {
        story.down(bed.replica());
        Write a = story.offer(bed.upsert("a"));
        story.down(bed.primary());
        await(a.lsn() + 1);
        story.seconds(9);
        assertEquals(List.of(), ended);
        assertFalse(bed.entry().closed());
        story.seconds(2);
        assertTrue(bed.entry().closed());
        assertEquals(List.of("ended"), ended);
    }

    @Test
    void aLeaderThatTakesWritesIsWaitedForTwoMinutes() {
        story.down(bed.replica());
        bed.unansweredMs.set(1_000_000);
        Write a = story.offer(bed.upsert("a"));
        await(a.lsn() + 1);
        story.seconds(119);
        assertFalse(bed.entry().closed());
        story.seconds(2);
        assertTrue(bed.entry().closed());
        assertEquals(List.of("ended"), ended);
        assertFalse(a.decided());
    }

    @Test
    void aLeaderThatGoesOnIsWaitedForAnew() {
        story.down(bed.replica());
        bed.unansweredMs.set(1_000_000);
        story.offer(bed.delete("a"));
        Write b = story.offer(bed.delete("b"));
        await(b.lsn() + 1);
        story.seconds(100);
        bed.io.only(bed.primary()).done();
        story.seconds(100);
        assertFalse(bed.entry().closed());
        bed.io.only(bed.primary()).done();
        assertEquals(List.of("ended"), ended);
    }

    /** An instance may have executed the deletion by then: an outcome told now could not be seen any more. */
    @Test
    void whatALateLeaderAnswersOnceItIsClosedIsNoOutcome() {
        story.down(bed.replica());
        bed.unansweredMs.set(1_000_000);
        Write a = story.offer(bed.upsert("a"));
        await(a.lsn() + 1);
        story.seconds(121);
        bed.io.only(bed.primary()).done();
        assertFalse(a.decided());
        story.seconds(3);
        assertEquals(List.of(), bed.io.open(), "nor is it sent again");
        RecordStory.delete(bed, a.lsn() + 1);
        bed.entry().deleteDecided(a.lsn() + 1);
        story.seconds(1);
        assertEquals(500, story.status(a));
        assertTrue(a.givenUp());
        assertEquals(Optional.of(TransactionState.ABANDONED), story.outcome(a));
    }

    @Test
    void ifTheDeletionIsRefusedTheseWritesGoOn() {
        story.down(bed.replica());
        bed.unansweredMs.set(1_000_000);
        Write a = story.offer(bed.upsert("a"));
        await(a.lsn() + 1);
        story.seconds(121);
        bed.io.only(bed.primary()).done();
        bed.entry().deleteDecided(a.lsn() + 1);
        story.seconds(1);
        bed.io.only(bed.primary()).done();
        assertEquals(200, story.status(a));
    }

    @Test
    void whereNoServerHoldsTheCollectionNothingIsWaitedFor() {
        Write a = story.offer(bed.upsert("a"));
        story.lanes.awaitLastWrites(a.lsn() + 1, true, () -> ended.add("ended"));
        assertTrue(bed.entry().closed());
        bed.io.runDue();
        assertEquals(List.of("ended"), ended);
    }

    @Test
    void nothingIsClosedWhereAllIsDecided() {
        Write a = story.offer(bed.upsert("a"));
        bed.io.only(bed.primary()).done();
        story.lanes.awaitLastWrites(a.lsn() + 1, true, () -> ended.add("ended"));
        bed.io.runDue();
        assertFalse(bed.entry().closed());
        assertEquals(List.of("ended"), ended);
    }

    @Test
    void whereEverybodyHasDivergedNobodyDecidesAnythingAnyMore() {
        Write a = story.offer(bed.upsert("a"));
        story.lanes.group().lanes().forEach(Lane::detach);
        await(a.lsn() + 1);
        assertEquals(List.of("ended"), ended);
    }

    @Test
    void aDeletionThatIsDecidedWaitsForNothing() {
        story.down(bed.replica());
        Write a = story.offer(bed.upsert("a"));
        await(a.lsn() + 1);
        RecordStory.delete(bed, a.lsn() + 1);
        story.seconds(1);
        assertEquals(List.of("ended"), ended);
    }

    /** Simulation, seed 208138: an earlier process had it deleted there, and died before that was durable. */
    @Test
    void aLaneIsNotHeldUpByWhatItsServerCannotBeSentAnyMore() {
        Write a = story.offer(bed.upsert("a"));
        bed.io.only(bed.primary()).done();
        long deletion = a.lsn() + 1;
        await(deletion);
        List<String> reached = new ArrayList<>();
        story.lanes.barrier(1, deletion, () -> reached.add("replica"));
        bed.io.only(bed.replica()).answer(404, NOT_FOUND);
        bed.io.runFor(1_000);
        assertEquals(List.of("replica"), reached);
    }

    @Test
    void aLaneThatWasToldSoOfAnEarlierRecordIsHeldUp() {
        Write a = story.offer(bed.upsert("a"));
        story.offer(bed.upsert("b"));
        bed.io.only(bed.primary()).done();
        bed.io.only(bed.primary()).done();
        bed.io.only(bed.replica()).answer(404, NOT_FOUND);
        bed.io.runFor(1_000);
        bed.io.only(bed.replica()).done();
        await(a.lsn() + 2);
        List<String> reached = new ArrayList<>();
        story.lanes.barrier(1, a.lsn() + 2, () -> reached.add("replica"));
        assertEquals(List.of(), reached, "the second one is still to be executed there");
        bed.io.only(bed.replica()).done();
        bed.io.runDue();
        assertEquals(List.of("replica"), reached);
    }
}
