package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class DimensionTest {
    private final LaneBed bed = new LaneBed();
    private final RecordStory story;

    DimensionTest() {
        RecordStory.forgetDimension(bed);
        story = new RecordStory(bed);
        bed.log.makeRoom();
    }

    private static String collection(String dimension) {
        return "{\"id\":\"" + new LaneBed().id + "\",\"name\":\"c\",\"dimension\":" + dimension + "}";
    }

    /** A write that its leader refuses; the dimension is asked for then. */
    private Write refused() {
        Write write = story.offer(bed.add("a"));
        bed.io.only().refuse();
        assertFalse(write.decided(), "its dimension is not known yet");
        VirtualIo.Sent asked = bed.io.only();
        assertEquals(bed.primary(), asked.instance);
        assertEquals("GET", asked.request.method());
        assertTrue(asked.request.uri().endsWith("/collections/c"), asked.request.uri());
        return write;
    }

    @Test
    void whatARefusedWriteFixedTheFollowersAreToldByARecord() {
        Write write = refused();
        bed.io.only().answer(200, collection("3"));
        assertEquals(400, story.status(write));
        NewRecord told = bed.log.appended().getFirst();
        assertEquals(1, bed.log.appended().size());
        assertEquals(OpKind.UPDATE, told.kind());
        assertEquals(bed.id, told.subject().lane());
        assertEquals("", told.subject().target());
        assertEquals(
                "{\"ids\":[\"chroma-proxy:dimension\"],\"embeddings\":[[0,0,0]]}",
                new String(told.request().body(), StandardCharsets.UTF_8));
    }

    @Test
    void thatRecordGoesTheWayOfAllOthers() {
        refused();
        bed.io.only().answer(200, collection("1"));
        bed.commitAppended();
        String expected = "{\"ids\":[\"chroma-proxy:dimension\"],\"embeddings\":[[0]]}";
        assertEquals(expected, bed.io.only(bed.primary()).body());
        bed.io.only().done();
        VirtualIo.Sent follower = bed.io.only(bed.replica());
        assertEquals(expected, follower.body());
        assertTrue(follower.request.uri().endsWith("/" + LaneBed.instanceId(bed.replica()) + "/update"));
    }

    @Test
    void whereNothingIsFixedNobodyIsToldAnything() {
        for (String dimension : List.of("null", "0", "\"3\"")) {
            Write write = refused();
            bed.io.only().answer(200, collection(dimension));
            assertEquals(400, story.status(write));
            assertEquals(Optional.of(TransactionState.FAILED), story.outcome(write));
        }
        assertEquals(List.of(), bed.log.appended());
        assertEquals(List.of(), story.sentTo(bed.replica()));
    }

    @Test
    void theRefusalStandsThoughTheDimensionCannotBeRead() {
        Write first = refused();
        bed.io.only().cut();
        assertEquals(400, story.status(first));
        Write second = refused();
        bed.io.only().fail();
        assertEquals(400, story.status(second));
        Write third = refused();
        bed.io.runFor(5_000);
        assertEquals(400, story.status(third));
        assertEquals(List.of(), bed.log.appended());
    }

    @Test
    void itIsTriedUntilTheLogsQueueTakesItAndTheLanesAreNotLetGoBefore() {
        LaneBed full = new LaneBed();
        RecordStory.forgetDimension(full);
        RecordStory other = new RecordStory(full);
        other.offer(full.add("a"));
        full.io.only().refuse();
        full.io.only().answer(200, collection("3"));
        full.io.runFor(3_000);
        assertEquals(4, full.log.turnedAway());
        assertFalse(other.lanes.group().semantics().atRest());
        full.log.makeRoom();
        full.io.runFor(1_000);
        assertEquals(1, full.log.appended().size());
        assertTrue(other.lanes.group().semantics().atRest());
    }

    @Test
    void oneThatIsDeletedMeanwhileIsToldNothing() {
        LaneBed full = new LaneBed();
        RecordStory.forgetDimension(full);
        RecordStory other = new RecordStory(full);
        other.offer(full.add("a"));
        full.io.only().refuse();
        full.io.only().answer(200, collection("3"));
        RecordStory.delete(full, 7);
        full.log.makeRoom();
        full.io.runFor(1_000);
        assertEquals(List.of(), full.log.appended());
        assertTrue(other.lanes.group().semantics().atRest());
    }

    @Test
    void whereItIsKnownNobodyIsAsked() {
        bed.entry().dimensionIsKnown();
        Write write = story.offer(bed.add("a"));
        bed.io.only().refuse();
        assertEquals(400, story.status(write));
        assertEquals(List.of(), bed.io.open());
    }

    @Test
    void aRefusedDeleteFixesNone() {
        Write write = story.offer(bed.delete("a"));
        bed.io.only().refuse();
        assertEquals(400, story.status(write));
        assertEquals(List.of(), bed.io.open());
    }

    @Test
    void whatLosesItsLeaderWhileItIsAskedForIsNotRefused() {
        Write write = refused();
        VirtualIo.Sent asked = bed.io.only();
        assertTrue(story.lanes.group().elect(lane -> true, "a test"));
        bed.io.runDue();
        asked.answer(200, collection("3"));
        assertFalse(write.decided());
        assertEquals(List.of(), bed.log.appended());
        bed.io.only(bed.replica()).done();
        assertEquals(201, story.status(write));
    }

    @Test
    void whatIsAppliedFixesIt() {
        story.offer(bed.add("a"));
        assertFalse(bed.entry().dimensionKnown());
        bed.io.only().done();
        assertTrue(bed.entry().dimensionKnown());
    }

    @Test
    void anUpdateOrADeleteFixesNone() {
        story.offer(bed.delete("a"));
        bed.answerAll();
        story.offer(bed.write(OpKind.UPDATE, "{\"ids\":[\"a\"],\"documents\":[\"x\"]}"));
        bed.answerAll();
        assertFalse(bed.entry().dimensionKnown());
    }

    /** A write that is given up may have fixed it, too. */
    @Test
    void itIsAskedForBeforeAWriteIsGivenUp() {
        Write write = story.offer(bed.add("poison"));
        for (int i = 0; i < 200 && bed.log.appended().isEmpty(); i++) {
            for (VirtualIo.Sent sent : bed.io.open()) {
                if (sent.request.method().equals("GET")) {
                    sent.answer(200, collection("3"));
                } else if (sent.body().contains("poison")) {
                    sent.fail();
                    sent.instance.writes().succeeded();
                }
            }
            bed.io.runFor(100);
        }
        assertEquals(1, bed.log.appended().size());
        assertFalse(write.decided(), "what it touches is still to be read back");
    }
}
