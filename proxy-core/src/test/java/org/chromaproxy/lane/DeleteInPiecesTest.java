package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.scan.PlainDelete;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

class DeleteInPiecesTest {
    private static final int IDS = 2 * PlainDelete.PIECE + 500;
    private static final String BODY = delete(IDS);
    private static final byte[] BYTES = BODY.getBytes(StandardCharsets.UTF_8);

    private final LaneBed bed = new LaneBed();
    private final RecordLanes lanes = bed.collection();

    private static String delete(int ids) {
        return IntStream.range(0, ids)
                .mapToObj(i -> "\"r" + i + "\"")
                .collect(Collectors.joining(",", "{\"ids\":[", "]}"));
    }

    private static UpstreamResponse deleted(int count) {
        return VirtualIo.response(200, "{\"deleted\":" + count + "}");
    }

    private static List<String> ids(byte[] body) {
        return ((Footprint.Ids) Footprints.of(OpKind.DELETE, body)).ids();
    }

    /** The first id of what is under way there. */
    private static String first(VirtualIo.Sent sent) {
        return ids(sent.request.body()).getFirst();
    }

    private static void deletes(VirtualIo.Sent sent) {
        sent.answer(200, "{\"deleted\":" + ids(sent.request.body()).size() + "}");
    }

    private DeleteInPieces pieces() {
        return DeleteInPieces.begin(bed.write(OpKind.DELETE, BODY), BYTES, 0).orElseThrow();
    }

    @Test
    void aDeleteOfFewIdsIsSentWhole() {
        byte[] few = delete(PlainDelete.PIECE).getBytes(StandardCharsets.UTF_8);
        assertTrue(DeleteInPieces.begin(bed.write(OpKind.DELETE, delete(PlainDelete.PIECE)), few, 0)
                .isEmpty());
    }

    @Test
    void thePiecesAreTheWholeListInItsOrderAndEachIsTheSameUntilItIsAnswered() {
        DeleteInPieces pieces = pieces();
        List<String> all = new ArrayList<>();
        for (boolean more = true; more; ) {
            byte[] piece = pieces.next(BYTES);
            assertEquals(ids(piece), ids(pieces.next(BYTES)));
            all.addAll(ids(piece));
            more = pieces.hasMore();
            pieces.sent();
            pieces.applied(deleted(1));
        }
        assertEquals(ids(BYTES), all);
    }

    @Test
    void theClientIsToldTheSumWhereTheServerTellsANumber() {
        DeleteInPieces pieces = pieces();
        pieces.applied(deleted(2_000));
        pieces.next(BYTES);
        pieces.applied(deleted(7));
        assertEquals("{\"deleted\":2007}", pieces.whole(deleted(7)).text());
        UpstreamResponse older = VirtualIo.response(200, "{}");
        assertSame(older, pieces.whole(older));
    }

    @Test
    void theyGoOnOnlyWithTheSameRecordOnAServerThatWasNotLostAndAnsweredTheLast() {
        Write write = bed.write(OpKind.DELETE, BODY);
        DeleteInPieces pieces = DeleteInPieces.begin(write, BYTES, 3).orElseThrow();
        assertFalse(pieces.begun());
        pieces.sent();
        assertFalse(pieces.goesOnWith(write, 3), "what was sent is not answered");
        pieces.applied(deleted(1));
        assertTrue(pieces.begun());
        assertTrue(pieces.goesOnWith(write, 3));
        assertFalse(pieces.goesOnWith(write, 4), "it may have lost what it answered");
        assertFalse(pieces.goesOnWith(bed.write(OpKind.DELETE, BODY), 3));
    }

    @Test
    void allPiecesAreOneRecordWithNothingOfTheLaneBetweenThem() {
        Write delete = bed.offer(lanes, bed.write(OpKind.DELETE, BODY));
        Write next = bed.offer(lanes, bed.upsert("r1"));
        for (int i = 0; i < 3; i++) {
            assertFalse(delete.decided());
            assertEquals("r" + i * PlainDelete.PIECE, first(bed.io.only()));
            deletes(bed.io.only());
        }
        assertEquals("{\"deleted\":" + IDS + "}", delete.result().resultNow().text());
        assertFalse(next.decided());
        bed.answerAll();
        assertTrue(next.decided());
        assertEquals(2, lanes.group().lane(1).cursor.applied());
        assertEquals(8, bed.io.sent().size());
    }

    @Test
    void betweenTwoPiecesTheDeleteIsInDoubt() {
        bed.offer(lanes, bed.write(OpKind.DELETE, BODY));
        Lane primary = lanes.group().lane(0);
        assertFalse(primary.headInDoubt());
        deletes(bed.io.only());
        assertTrue(primary.headInDoubt());
    }

    @Test
    void aPieceThatIsNotAnsweredBeginsTheDeleteAnew() {
        Write delete = bed.offer(lanes, bed.write(OpKind.DELETE, BODY));
        deletes(bed.io.only());
        bed.io.only().cut();
        bed.io.runFor(6_000);
        assertEquals("r0", first(bed.io.only()));
        deletes(bed.io.only());
        assertEquals("r2000", first(bed.io.only()));
        deletes(bed.io.only());
        deletes(bed.io.only());
        assertTrue(delete.result().resultNow().success());
    }

    @Test
    void aRefusalOfTheRestRefusesNothing() {
        Write delete = bed.offer(lanes, bed.write(OpKind.DELETE, BODY));
        deletes(bed.io.only());
        bed.io.only().refuse();
        assertFalse(delete.decided());
        assertEquals(1, lanes.group().lane(0).attempts().faults());
        bed.io.runFor(6_000);
        assertEquals("r0", first(bed.io.only()));
    }

    @Test
    void aRefusalOfTheFirstPieceRefusesTheDelete() {
        Write delete = bed.offer(lanes, bed.write(OpKind.DELETE, BODY));
        bed.io.only().refuse();
        assertEquals(400, delete.result().resultNow().status());
        assertEquals(List.of(), bed.io.open());
    }

    @Test
    void whereLeadershipMovesBetweenTwoPiecesTheNextLeaderDeletesAllOfIt() {
        Write delete = bed.offer(lanes, bed.write(OpKind.DELETE, BODY));
        deletes(bed.io.only());
        VirtualIo.Sent second = bed.io.only();
        bed.primary().become(InstanceState.DOWN, "a test");
        second.cut();
        lanes.instanceChanged(bed.primary());
        bed.io.runDue();
        for (int i = 0; i < 3; i++) {
            assertEquals(bed.replica(), bed.io.only().instance);
            assertEquals("r" + i * PlainDelete.PIECE, first(bed.io.only()));
            deletes(bed.io.only());
        }
        assertEquals("{\"deleted\":" + IDS + "}", delete.result().resultNow().text());
    }
}
