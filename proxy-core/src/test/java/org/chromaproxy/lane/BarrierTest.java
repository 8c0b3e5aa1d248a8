package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

class BarrierTest {
    private static final String NOT_FOUND = "{\"error\":\"NotFoundError\",\"message\":\"of a test\"}";

    private final LaneBed bed = new LaneBed();
    private final Lane lane = bed.lane();
    private final Barrier barrier = new Barrier(bed.io, bed.entry());
    private final List<Boolean> told = new ArrayList<>();

    private static String collection(UUID id) {
        return "{\"id\":\"" + id + "\",\"name\":\"c\",\"dimension\":2}";
    }

    /** What the proof comes to of a server that answered a record so. */
    private void prove(int status, String answer) {
        lane.attempts().answered(VirtualIo.response(status, answer));
        barrier.prove(lane, bed.upsert("a"), told::add);
        bed.io.runDue();
    }

    @Test
    void itDeletesAnIdThatNoClientUsesByTheCollectionsIdThere() {
        CompletableFuture<Boolean> passed = barrier.pass(lane);
        VirtualIo.Sent sent = bed.io.only();
        assertTrue(sent.request.uri().endsWith("/" + LaneBed.instanceId(bed.primary()) + "/delete"));
        assertEquals("{\"ids\":[\"chroma-proxy:dimension\"]}", sent.body());
        assertFalse(passed.isDone());
        sent.answer(200, "{\"deleted\":1}");
        assertTrue(passed.join());
        assertEquals(1, bed.io.sent().size());
    }

    @Test
    void whereDeletesFailAnUpdateTells() {
        CompletableFuture<Boolean> passed = barrier.pass(lane);
        bed.io.only().fail();
        VirtualIo.Sent update = bed.io.only();
        assertTrue(update.request.uri().endsWith("/update"));
        assertEquals("{\"ids\":[\"chroma-proxy:dimension\"],\"documents\":[\"-\"]}", update.body());
        update.done();
        assertTrue(passed.join());
    }

    @Test
    void aServerThatTakesNeitherDoesNotPass() {
        CompletableFuture<Boolean> passed = barrier.pass(lane);
        bed.io.only().fail();
        bed.io.only().cut();
        assertFalse(passed.join());
    }

    @Test
    void whatSomethingOnTheWayAnswersIsNoPass() {
        CompletableFuture<Boolean> passed = barrier.pass(lane);
        bed.io.only().answer(200, "[]");
        bed.io.only().answer(204, "");
        assertFalse(passed.join());
    }

    @Test
    void aServerThatDoesNotAnswerIsNotWaitedForForEver() {
        CompletableFuture<Boolean> passed = barrier.pass(lane);
        bed.io.runFor(19_000);
        assertFalse(passed.isDone());
        bed.io.runFor(1_000);
        assertFalse(passed.join());
    }

    @Test
    void aServerThatDoesNotHoldTheCollectionIsNotAsked() {
        RecordStory.put(bed, 0, Map.of("replica", Mapping.PlaceState.READY));
        assertFalse(barrier.pass(lane).join());
        assertEquals(List.of(), bed.io.sent());
    }

    @Test
    void oneThatFailedARecordIsSoundIfItTakesAnotherWrite() {
        prove(500, "{\"error\":\"InternalError\",\"message\":\"of a test\"}");
        assertTrue(bed.io.only().request.uri().endsWith("/delete"));
        bed.io.only().done();
        assertEquals(List.of(true), told);
    }

    @Test
    void oneThatDoesNotKnowTheCollectionIsAskedForItsName() {
        prove(404, NOT_FOUND);
        VirtualIo.Sent asked = bed.io.only();
        assertEquals("GET", asked.request.method());
        assertTrue(asked.request.uri().endsWith("/collections/c"), asked.request.uri());
        asked.answer(404, NOT_FOUND);
        assertEquals(List.of(true), told);
    }

    @Test
    void oneThatKnowsTheNameUnderThatIdHasContradictedItself() {
        prove(404, NOT_FOUND);
        bed.io.only().answer(200, collection(LaneBed.instanceId(bed.primary())));
        assertEquals(List.of(false), told);
    }

    @Test
    void oneThatHasTheNameForAnotherCollectionLacksThisOne() {
        prove(404, NOT_FOUND);
        bed.io.only().answer(200, collection(new UUID(9, 9)));
        assertEquals(List.of(true), told);
    }

    @Test
    void aForeignWordAboutTheNameProvesNothing() {
        prove(404, NOT_FOUND);
        bed.io.only().answer(404, "<html>");
        prove(404, NOT_FOUND);
        bed.io.only().answer(200, "{}");
        prove(404, NOT_FOUND);
        bed.io.only().cut();
        assertEquals(List.of(false, false, false), told);
    }

    @Test
    void withoutAnyAnswerItIsTheOtherWriteThatTells() {
        barrier.prove(lane, bed.write(OpKind.UPSERT, "{\"ids\":[\"a\"]}"), told::add);
        bed.io.only().fail();
        bed.io.only().fail();
        assertEquals(List.of(false), told);
    }
}
