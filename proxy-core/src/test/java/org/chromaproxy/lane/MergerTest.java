package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MergerTest {
    private final LaneBed bed = new LaneBed();
    private final RecordStory story = new RecordStory(bed);

    /** One is under way, so that what is offered next queues up. */
    @BeforeEach
    void begin() {
        story.offer(bed.upsert("first"));
    }

    /** The ids of the request to the primary that follows the one that is under way. */
    private List<String> next() {
        bed.io.only(bed.primary()).done();
        return ids(bed.io.only(bed.primary()));
    }

    private static List<String> ids(VirtualIo.Sent sent) {
        List<String> ids = new ArrayList<>();
        VirtualIo.response(200, sent.body()).tree().path("ids").forEach(id -> ids.add(id.textValue()));
        return ids;
    }

    private Write upserts(String tag, int count) {
        String ids =
                IntStream.range(0, count).mapToObj(i -> "\"" + tag + i + "\"").collect(Collectors.joining(","));
        String embeddings = IntStream.range(0, count).mapToObj(i -> "[1,2]").collect(Collectors.joining(","));
        return bed.write(OpKind.UPSERT, "{\"ids\":[" + ids + "],\"embeddings\":[" + embeddings + "]}");
    }

    private Write update(String record, String rest) {
        return bed.write(OpKind.UPDATE, "{\"ids\":[\"" + record + "\"]," + rest + "}");
    }

    /** An upsert that says another type of its body. */
    private Write typed(String record, String contentType) {
        String body = "{\"ids\":[\"" + record + "\"],\"embeddings\":[[1,2]]}";
        LogRecord logged = bed.record(OpKind.UPSERT, body, "");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        NewRecord content = logged.content();
        WriteRequest request = new WriteRequest("POST", content.request().path(), contentType, bytes);
        NewRecord other = new NewRecord(content.kind(), content.subject(), request, content.transaction());
        return Write.fresh(
                new LogRecord(logged.lsn(), logged.createdAt(), other, bytes.length),
                Footprints.of(OpKind.UPSERT, bytes),
                EmptyHttpHeaders.INSTANCE);
    }

    @Test
    void whatQueuedUpGoesAsOneAndEachClientIsTold() {
        Write a = story.offer(bed.upsert("a"));
        Write b = story.offer(bed.upsert("b"));
        bed.io.only(bed.primary()).done();
        VirtualIo.Sent merged = bed.io.only(bed.primary());
        assertEquals(List.of("a", "b"), ids(merged));
        assertEquals(
                2,
                VirtualIo.response(200, merged.body()).tree().path("embeddings").size());
        assertFalse(a.decided());
        merged.done();
        assertEquals(200, story.status(a));
        assertEquals(200, story.status(b));
        assertEquals(b.lsn(), story.lane(bed.primary()).cursor.applied());
    }

    @Test
    void whatNamesTheSameRecordWaits() {
        story.offer(bed.upsert("a"));
        story.offer(bed.upsert("b"));
        story.offer(bed.upsert("a"));
        assertEquals(List.of("a", "b"), next());
        assertEquals(List.of("a"), next());
    }

    /** A later one must not overtake one that cannot go along. */
    @Test
    void nothingBehindOneThatWaitsGoesAlong() {
        story.offer(bed.upsert("a"));
        story.offer(bed.delete("x"));
        story.offer(bed.upsert("b"));
        assertEquals(List.of("a"), next());
        assertEquals(List.of("x"), next());
        assertEquals(List.of("b"), next());
    }

    @Test
    void onlyOneKindGoesTogether() {
        story.offer(bed.upsert("a"));
        story.offer(bed.add("b"));
        assertEquals(List.of("a"), next());
        assertEquals(List.of("b"), next());
    }

    @Test
    void deletesAreSentOneByOne() {
        story.offer(bed.delete("a"));
        story.offer(bed.delete("b"));
        assertEquals(List.of("a"), next());
        assertEquals(List.of("b"), next());
    }

    @Test
    void whatSaysAnotherTypeOfItsBodyWaits() {
        story.offer(bed.upsert("a"));
        story.offer(typed("b", "application/json; charset=utf-8"));
        story.offer(typed("c", "application/json; charset=utf-8"));
        assertEquals(List.of("a"), next());
        assertEquals(List.of("b", "c"), next());
    }

    @Test
    void embeddingsThatAreWrittenOtherwiseWait() {
        story.offer(bed.upsert("a"));
        story.offer(bed.write(OpKind.UPSERT, "{\"ids\":[\"b\"],\"embeddings\":[\"AACAPwAAAEA=\"]}"));
        assertEquals(List.of("a"), next());
        assertEquals(List.of("b"), next());
    }

    @Test
    void onlyAnUpdateIsWholeWithoutEmbeddings() {
        story.offer(update("a", "\"documents\":[\"x\"]"));
        story.offer(update("b", "\"embeddings\":[[1,2]]"));
        story.offer(bed.write(OpKind.UPSERT, "{\"ids\":[\"c\"],\"documents\":[\"x\"]}"));
        story.offer(bed.upsert("d"));
        assertEquals(List.of("a", "b"), next());
        assertEquals(List.of("c"), next());
        assertEquals(List.of("d"), next());
    }

    @Test
    void whatCannotBeReadAsAWholeGoesAlone() {
        story.offer(bed.upsert("a"));
        story.offer(bed.write(OpKind.UPSERT, "{\"ids\":[\"b\",\"c\"],\"embeddings\":[[1,2]]}"));
        story.offer(bed.upsert("d"));
        assertEquals(List.of("a"), next());
        assertEquals(List.of("b", "c"), next());
        assertEquals(List.of("d"), next());
    }

    @Test
    void noMoreRecordsGoTogetherThanAreBound() {
        story.offer(upserts("a", 120));
        story.offer(upserts("b", 80));
        story.offer(bed.upsert("c"));
        assertEquals(200, next().size());
        assertEquals(List.of("c"), next());
        story.offer(upserts("d", 120));
        story.offer(upserts("e", 81));
        assertEquals(120, next().size());
        assertEquals(81, next().size());
    }

    @Test
    void fewerGoTogetherWhenMemoryIsShort() {
        for (int i = 0; i < 12; i++) {
            story.offer(bed.upsert("a" + i));
        }
        bed.services().stats().held(2 << 20);
        assertEquals(10, next().size());
        bed.services().stats().freed(2 << 20);
        assertEquals(List.of("a10", "a11"), next());
    }

    private void offerLong(int bytes, String... records) {
        String text = "x".repeat(bytes);
        for (String record : records) {
            story.offer(update(record, "\"documents\":[\"" + text + "\"]"));
        }
    }

    @Test
    void oneBodyIsNotMadeLargerThanServersTake() {
        // Memory is plenty.
        bed.services().stats().freed(100 << 20);
        offerLong(3 << 20, "a", "b", "c");
        assertEquals(List.of("a", "b"), next());
        assertEquals(List.of("c"), next());
    }

    @Test
    void oneBodyIsSmallerWhenMemoryIsShort() {
        offerLong(900 << 10, "a", "b", "c");
        assertEquals(List.of("a", "b"), next());
        assertEquals(List.of("c"), next());
    }

    /** Simulation, seed 13233: it was sent before the deletion, merged with one that was logged earlier. */
    @Test
    void whatIsLoggedBehindADeletionDoesNotGoAlongWithWhatIsBeforeIt() {
        Write a = story.offer(bed.upsert("a"));
        bed.entry().deleting(a.lsn() + 1);
        bed.record(OpKind.OTHER, "{}", "");
        story.offer(bed.upsert("b"));
        assertEquals(List.of("a"), next());
    }

    @Test
    void whatIsBeyondABarrierDoesNotGoAlong() {
        Write a = story.offer(bed.upsert("a"));
        story.offer(bed.upsert("b"));
        story.lanes.barrier(0, a.lsn(), () -> {});
        assertEquals(List.of("a"), next());
    }

    @Test
    void whatIsNotDecidedDoesNotGoAlongWithWhatIs() {
        story.offer(bed.upsert("a"));
        assertEquals(List.of("a"), next());
        story.offer(bed.upsert("b"));
        bed.io.only(bed.primary()).done();
        assertEquals(List.of("first"), ids(bed.io.only(bed.replica())));
        bed.io.only(bed.replica()).done();
        assertEquals(List.of("a"), ids(bed.io.only(bed.replica())));
    }

    @Test
    void aFollowerIsSentInOneWhatItsLeaderDecidedOneByOne() {
        story.offer(bed.upsert("a"));
        assertEquals(List.of("a"), next());
        story.offer(bed.upsert("b"));
        assertEquals(List.of("b"), next());
        bed.io.only(bed.primary()).done();
        bed.io.only(bed.replica()).done();
        assertEquals(List.of("a", "b"), ids(bed.io.only(bed.replica())));
    }

    @Test
    void whatTheLeaderRefusedIsNoPartOfWhatFollowersAreSent() {
        story.offer(bed.upsert("a"));
        assertEquals(List.of("a"), next());
        bed.io.only(bed.primary()).done();
        story.offer(bed.upsert("b"));
        bed.io.only(bed.primary()).refuse();
        story.offer(bed.upsert("c"));
        bed.io.only(bed.primary()).done();
        bed.io.only(bed.replica()).done();
        assertEquals(List.of("a"), ids(bed.io.only(bed.replica())));
        bed.io.only(bed.replica()).done();
        assertEquals(List.of("c"), ids(bed.io.only(bed.replica())));
    }

    @Test
    void whatIsRefusedTogetherIsTriedOneByOne() {
        Write a = story.offer(bed.upsert("a"));
        Write b = story.offer(bed.upsert("b"));
        assertEquals(List.of("a", "b"), next());
        bed.io.only(bed.primary()).refuse();
        assertFalse(a.decided());
        assertEquals(List.of("a"), ids(bed.io.only(bed.primary())));
        bed.io.only(bed.primary()).refuse();
        assertEquals(400, story.status(a));
        assertEquals(List.of("b"), ids(bed.io.only(bed.primary())));
        bed.io.only(bed.primary()).done();
        assertEquals(200, story.status(b));
    }

    @Test
    void whatFailedOnceGoesAlone() {
        story.offer(bed.upsert("a"));
        bed.io.only(bed.primary()).cut();
        bed.io.runFor(1_000);
        assertEquals(List.of("first"), ids(bed.io.only(bed.primary())));
    }

    /** After a crash all that was sent behind the durable cursor is sent again: it must commute. */
    @Test
    void whatNamesARecordThatWasWrittenBehindTheDurableCursorWaits() {
        story.offer(bed.upsert("a"));
        story.offer(bed.upsert("first"));
        bed.log.hold();
        assertEquals(List.of("a"), next());
        bed.io.only(bed.primary()).done();
        assertEquals(List.of(), story.openTo(bed.primary()), "the cursor is made durable first");
        bed.log.release();
        bed.io.runDue();
        assertEquals(List.of("first"), ids(bed.io.only(bed.primary())));
    }

    @Test
    void untilTheDimensionIsKnownNoTwoCommute() {
        LaneBed fresh = new LaneBed();
        RecordStory.forgetDimension(fresh);
        RecordStory other = new RecordStory(fresh);
        // Neither of them tells the dimension.
        other.offer(fresh.write(OpKind.UPDATE, "{\"ids\":[\"first\"],\"documents\":[\"x\"]}"));
        other.offer(fresh.write(OpKind.UPDATE, "{\"ids\":[\"a\"],\"documents\":[\"x\"]}"));
        other.offer(fresh.write(OpKind.UPDATE, "{\"ids\":[\"b\"],\"documents\":[\"x\"]}"));
        fresh.io.only(fresh.primary()).done();
        assertEquals(List.of("a"), ids(fresh.io.only(fresh.primary())));
    }

    @Test
    void whatIsForOneServerOnlyAndWhatIsRefusedAreNoPartOfAnything() {
        Write refused = bed.upsert("a");
        assertTrue(Merger.mergeable(refused));
        refused.decide(Write.Decision.REFUSED);
        assertFalse(Merger.mergeable(refused));
        assertFalse(Merger.mergeable(
                Write.recovered(bed.record(OpKind.UPSERT, "{\"ids\":[\"b\"],\"embeddings\":[[1,2]]}", "replica"))));
        assertFalse(Merger.mergeable(bed.delete("c")));
    }
}
