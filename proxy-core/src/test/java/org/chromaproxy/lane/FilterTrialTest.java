package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class FilterTrialTest {
    private static final String FILTER = "{\"where\":{\"k\":1}}";

    private final LaneBed bed = new LaneBed();
    private final RecordStory story = new RecordStory(bed);

    /** A delete by a filter, whose leader says that it failed at it. */
    private Write failed() {
        Write write = story.offer(bed.write(OpKind.DELETE, FILTER));
        bed.io.only().fail();
        return write;
    }

    /** What is open is such a question to that server. */
    private VirtualIo.Sent asked(Instance instance, String operation) {
        VirtualIo.Sent sent = bed.io.only(instance);
        String end = "/" + LaneBed.instanceId(instance) + "/" + operation;
        assertTrue(sent.request.uri().endsWith(end), sent.request.uri());
        return sent;
    }

    /** Neither server can evaluate the filter; then they say how many records they hold. */
    private void count(String primary, String replica) {
        asked(bed.primary(), "get").fail();
        asked(bed.replica(), "get").fail();
        VirtualIo.Sent other = asked(bed.replica(), "count");
        asked(bed.primary(), "count").answer(200, primary);
        other.answer(200, replica);
    }

    /** It was no more than a failure: the delete is sent again. */
    private void assertSentAgain(Write write) {
        assertFalse(write.decided());
        bed.io.runFor(1_000);
        assertEquals(FILTER, asked(bed.primary(), "delete").body());
    }

    @Test
    void aFilterThatNobodyCanEvaluateIsToldAsTheLeaderSaidIt() {
        Write write = failed();
        VirtualIo.Sent get = asked(bed.primary(), "get");
        assertEquals("POST", get.request.method());
        assertEquals("{\"where\":{\"k\":1},\"include\":[]}", get.body());
        count("5", "5");
        assertEquals(500, story.status(write));
        assertTrue(story.told(write).text().contains("of a test"));
        assertEquals(Optional.of(TransactionState.FAILED), story.outcome(write));
        assertFalse(write.givenUp());
        assertFalse(story.sentTo(bed.replica()).contains(FILTER), "nobody else is sent it");
        assertEquals(write.lsn(), story.lane(bed.replica()).cursor.applied());
    }

    /** Simulation, seed 365: both were answered 500, though the delete had been executed. */
    @Test
    void aDeleteThatLeftFewerRecordsHadItsEffect() {
        Write write = failed();
        count("4", "5");
        assertSentAgain(write);
    }

    @Test
    void whereTheRecordsCannotBeCountedNothingIsRefused() {
        Write write = failed();
        asked(bed.primary(), "get").fail();
        asked(bed.replica(), "get").fail();
        VirtualIo.Sent other = asked(bed.replica(), "count");
        asked(bed.primary(), "count").fail();
        other.fail();
        assertSentAgain(write);
    }

    @Test
    void aFilterThatTheLeaderCanEvaluateIsNotAtFault() {
        Write write = failed();
        asked(bed.primary(), "get").answer(200, "{\"ids\":[]}");
        assertSentAgain(write);
        assertEquals(List.of(), story.sentTo(bed.replica()));
    }

    @Test
    void aFilterThatAnotherServerCanEvaluateIsNotAtFault() {
        Write write = failed();
        asked(bed.primary(), "get").fail();
        asked(bed.replica(), "get").answer(200, "{\"ids\":[]}");
        assertSentAgain(write);
    }

    @Test
    void aGetThatIsNotAnsweredSaysNothingOfTheFilter() {
        Write write = failed();
        asked(bed.primary(), "get").cut();
        assertSentAgain(write);
        LaneBed other = new LaneBed();
        RecordStory silent = new RecordStory(other);
        Write second = silent.offer(other.write(OpKind.DELETE, FILTER));
        other.io.only().fail();
        other.io.runFor(9_000);
        assertTrue(silent.openTo(other.primary()).getFirst().contains("include"));
        other.io.runFor(2_000);
        assertFalse(second.decided());
        assertEquals(List.of(FILTER), silent.openTo(other.primary()));
    }

    @Test
    void aDiskThatIsFullIsNoFaultOfTheFilter() {
        Write write = failed();
        asked(bed.primary(), "get")
                .answer(500, "{\"error\":\"InternalError\",\"message\":\"database or disk is full\"}");
        assertSentAgain(write);
    }

    @Test
    void withNobodyWhoWasNotSentTheDeleteItCannotBeTold() {
        story.down(bed.replica());
        Write write = failed();
        asked(bed.primary(), "get").fail();
        assertSentAgain(write);
        assertEquals(List.of(), story.sentTo(bed.replica()));
    }

    /** Both may lack the same records, as both may have executed it. */
    @Test
    void oneThatWasSentTheDeleteBeforeTellsNothingByItsCount() {
        Write write = story.offer(bed.write(OpKind.DELETE, FILTER));
        bed.io.only(bed.primary()).cut();
        bed.io.runFor(1_000);
        bed.io.only(bed.primary()).cut();
        bed.io.runFor(1_000);
        asked(bed.replica(), "delete").fail();
        asked(bed.replica(), "get").fail();
        asked(bed.primary(), "get").fail();
        assertTrue(bed.io.sent().stream().noneMatch(sent -> sent.request.uri().endsWith("/count")));
        assertFalse(write.decided());
        assertEquals(Optional.empty(), story.outcome(write));
    }

    @Test
    void oneThatStillExecutesWhatWasLoggedBeforeTellsNothingByItsCount() {
        story.offer(bed.upsert("a"));
        bed.io.only(bed.primary()).done();
        Write write = story.offer(bed.write(OpKind.DELETE, FILTER));
        asked(bed.primary(), "delete").fail();
        asked(bed.primary(), "get").fail();
        bed.io.open().stream()
                .filter(sent -> sent.request.uri().endsWith("/get"))
                .forEach(VirtualIo.Sent::fail);
        assertSentAgain(write);
        assertTrue(bed.io.sent().stream().noneMatch(sent -> sent.request.uri().endsWith("/count")));
    }

    @Test
    void oneThatDoesNotHoldTheWholeCollectionIsNotAsked() {
        RecordStory.put(bed, 0, Map.of("primary", Mapping.PlaceState.READY, "replica", Mapping.PlaceState.UNVERIFIED));
        Write write = failed();
        asked(bed.primary(), "get").fail();
        assertEquals(List.of(), story.sentTo(bed.replica()));
        assertSentAgain(write);
    }

    @Test
    void aDeleteByIdsHasNoFilterToBlame() {
        Write write = story.offer(bed.delete("a"));
        bed.io.only().fail();
        assertEquals(List.of(), bed.io.open());
        assertFalse(write.decided());
    }

    @Test
    void oneThatMayHaveHadItsEffectBeforeIsNotTried() {
        Write recovered = story.offerRecovered(OpKind.DELETE, FILTER);
        bed.io.only().fail();
        assertEquals(List.of(), bed.io.open(), "an earlier process may have sent it");
        assertFalse(recovered.decided());
    }

    @Test
    void aSecondFailureIsNotTried() {
        Write write = failed();
        asked(bed.primary(), "get").cut();
        bed.io.runFor(1_000);
        asked(bed.primary(), "delete").fail();
        assertTrue(bed.io.open().stream().noneMatch(sent -> sent.request.uri().endsWith("/get")));
        assertFalse(write.decided());
    }

    @Test
    void whatAnotherLeaderDecidesMeanwhileStands() {
        Write write = failed();
        VirtualIo.Sent get = asked(bed.primary(), "get");
        assertTrue(story.lanes.group().elect(lane -> true, "a test"));
        bed.io.runDue();
        asked(bed.replica(), "delete").done();
        assertEquals(200, story.status(write));
        get.fail();
        assertEquals(Optional.empty(), story.outcome(write));
        assertEquals(FILTER, asked(bed.primary(), "delete").body(), "it may have failed without effect");
    }
}
