package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

class ArrayPurgeTest {
    private static final UUID ID = UUID.fromString("00000000-0000-4000-8000-000000000007");
    private static final Mapping.Path PATH = CatalogLaneBed.path("hidden");
    private static final String GET = "POST d/collections/" + ID + "/get";
    private static final String DELETE = "POST d/collections/" + ID + "/delete";
    private static final int FIRST_PAGE = 16;
    private static final int SECOND_PAGE = 64;

    private final CatalogLaneBed bed = new CatalogLaneBed();
    private final VirtualIo io = bed.io;

    private CompletableFuture<Boolean> begin() {
        bed.log.makeRoom();
        return ArrayPurge.of(bed.group, bed.primary(), PATH, ID);
    }

    private void answer(String page) {
        assertEquals(GET, bed.asked(bed.primary()));
        io.only().answer(200, page);
    }

    private void commit() {
        bed.log.commitAppended();
        io.runDue();
    }

    /** A page of records, the first of which have arrays. */
    private static String page(int records, int arrays) {
        String ids = IntStream.range(0, records).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(","));
        String metadatas = IntStream.range(0, records)
                .mapToObj(i -> i < arrays ? "{\"k\":[1]}" : "null")
                .collect(Collectors.joining(","));
        return "{\"ids\":[" + ids + "],\"metadatas\":[" + metadatas + "]}";
    }

    @Test
    void onlyRecordsWithStructuredMetadataAreDeleted() {
        CompletableFuture<Boolean> done = begin();
        answer("{\"ids\":[\"a\",\"b\",\"c\",\"d\"],"
                + "\"metadatas\":[{\"k\":1},{\"k\":1,\"l\":[\"x\"]},null,{\"k\":{\"l\":1}}]}");
        commit();
        assertEquals(DELETE, bed.asked(bed.primary()));
        assertEquals("{\"ids\":[\"b\",\"d\"]}", io.only().body());
        assertFalse(done.isDone());
        io.only().answer(200, "{\"deleted\":2}");
        assertTrue(done.join());
    }

    @Test
    void whereNoRecordHasAnyNothingIsWritten() {
        CompletableFuture<Boolean> done = begin();
        answer(page(3, 0));
        assertTrue(done.join());
        assertEquals(List.of(), bed.log.appended());
    }

    @Test
    void whatIsDeletedIsNotSkippedByTheNextPage() {
        CompletableFuture<Boolean> done = begin();
        assertTrue(io.only().body().contains("\"offset\":0"), io.only().body());
        answer(page(FIRST_PAGE, 2));
        commit();
        io.only().done();
        assertTrue(
                io.only().body().contains("\"offset\":" + (FIRST_PAGE - 2)),
                io.only().body());
        answer(page(SECOND_PAGE, 0));
        assertTrue(
                io.only().body().contains("\"offset\":" + (FIRST_PAGE + SECOND_PAGE - 2)),
                io.only().body());
        answer(page(0, 0));
        assertTrue(done.join());
    }

    @Test
    void aDeleteIsLoggedForThatServerAloneBeforeItIsSent() {
        begin();
        answer(page(1, 1));
        assertEquals(List.of(), io.open());
        NewRecord record = bed.log.appended().getFirst();
        assertEquals(OpKind.REPAIR, record.kind());
        assertEquals("primary", record.subject().target());
        assertEquals(ID, record.subject().lane());
        commit();
        assertEquals(DELETE, bed.asked(bed.primary()));
    }

    @Test
    void whatIsNotLoggedIsNotSent() {
        CompletableFuture<Boolean> done = begin();
        answer(page(1, 1));
        bed.log.failAppended();
        io.runDue();
        assertTrue(done.isCompletedExceptionally());
        assertEquals(List.of(), io.open());
    }

    @Test
    void aFullQueueOfTheLogEndsIt() {
        CompletableFuture<Boolean> done = ArrayPurge.of(bed.group, bed.primary(), PATH, ID);
        answer(page(1, 1));
        assertTrue(done.isCompletedExceptionally());
        assertEquals(List.of(), io.open());
    }

    @Test
    void aCollectionThatIsGoneOrCannotBeReadIsDone() {
        for (int status : List.of(404, 400)) {
            CompletableFuture<Boolean> done = begin();
            io.only().answer(status, CatalogLaneBed.MISSING);
            assertTrue(done.join());
        }
    }

    @Test
    void aServerThatFailsToReadItIsAskedAgainAndInTheEndLetGo() {
        CompletableFuture<Boolean> done = begin();
        for (int i = 0; i < 10; i++) {
            io.only().fail();
            assertEquals(List.of(), io.open());
            assertFalse(done.isDone());
            io.runFor(1_000);
        }
        io.only().fail();
        assertTrue(done.join());
    }

    @Test
    void aServerThatReadsItInTheEndIsBelieved() {
        CompletableFuture<Boolean> done = begin();
        io.only().fail();
        io.runFor(1_000);
        answer(page(1, 1));
        commit();
        assertEquals(DELETE, bed.asked(bed.primary()));
        io.only().done();
        assertTrue(done.join());
    }

    @Test
    void whatIsNoAnswerOfAServerThatIsWellEndsItUndone() {
        for (String answer : List.of("no JSON", "{\"ids\":1}", "[]")) {
            CompletableFuture<Boolean> done = begin();
            io.only().answer(200, answer);
            assertTrue(done.isCompletedExceptionally(), answer);
        }
        CompletableFuture<Boolean> busy = begin();
        io.only().answer(503, "{\"error\":\"InternalError\",\"message\":\"of a test\"}");
        assertTrue(busy.isCompletedExceptionally());
        CompletableFuture<Boolean> cut = begin();
        io.only().cut();
        assertTrue(cut.isCompletedExceptionally());
    }

    @Test
    void aDeleteThatFailsEndsItUndone() {
        CompletableFuture<Boolean> done = begin();
        answer(page(1, 1));
        commit();
        io.only().fail();
        assertTrue(done.isCompletedExceptionally());
    }

    @Test
    void aDeleteThatFindsNoCollectionIsDone() {
        CompletableFuture<Boolean> done = begin();
        answer(page(1, 1));
        commit();
        io.only().answer(404, CatalogLaneBed.MISSING);
        assertTrue(done.join());
    }

    @Test
    void aHiddenCollectionIsDroppedByItsNameOnceThatIsLogged() {
        bed.log.makeRoom();
        CompletableFuture<UpstreamResponse> dropped =
                ArrayPurge.drop(bed.group, bed.primary(), new Change.Purge("primary", ID, PATH));
        assertEquals(List.of(), io.open());
        commit();
        assertEquals("DELETE d/collections/hidden", bed.asked(bed.primary()));
        io.only().done();
        assertEquals(200, dropped.join().status());
        assertEquals("primary", bed.log.appended().getFirst().subject().target());
    }

    /** Its records have megabytes of metadata: a page of them is more than what is held of an answer. */
    @Test
    void aPageThatCannotBeHeldIsAskedForAgainInSmallerOnes() {
        CompletableFuture<Boolean> done = begin();
        assertTrue(io.only().body().contains("\"limit\":16"), io.only().body());
        io.only().beyond();
        io.runDue();
        assertTrue(io.only().body().contains("\"limit\":4"), io.only().body());
        answer("{\"ids\":[\"a\",\"b\",\"c\",\"d\"],\"metadatas\":[{\"k\":\"" + "x".repeat(5 << 20)
                + "\",\"l\":[1]},null,null,null]}");
        commit();
        assertEquals("{\"ids\":[\"a\"]}", io.only().body());
        io.only().done();
        assertTrue(
                io.only().body().contains("\"limit\":1,\"offset\":3"), io.only().body());
        io.only().beyond();
        io.runDue();
        assertTrue(done.join());
    }
}
