package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.scan.PlainDelete;
import org.junit.jupiter.api.Test;

/** A delete of more ids than a server should execute at once reaches each in pieces, and is one write all the same. */
class HugeDeletesTest extends StagedTest {
    private static final int IDS = 3 * PlainDelete.PIECE + 1;
    private static final int PIECES = 4;

    HugeDeletesTest() {
        super(Stage.Settings.DEFAULT.withPrincipals(Map.of(PrincipalLimit.RECORDS, 20_000L)));
    }

    private static String delete(int ids, String more) {
        return IntStream.range(0, ids)
                .mapToObj(i -> "\"i" + i + "\"")
                .collect(Collectors.joining(",", "{\"ids\":[", "]" + more + "}"));
    }

    /** One that holds the delete's first and last record, and one that it does not name. */
    private Collection filled() {
        return filled(stage());
    }

    private static Collection filled(Stage stage) {
        Collection collection = stage.usedCollection();
        for (String id : List.of("i0", "i" + (IDS - 1))) {
            assertEquals(201, collection.add(id).join().status());
        }
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            awaitHeld(each, collection, "i" + (IDS - 1));
        }
        stage.forget();
        return collection;
    }

    private static Predicate<Call> piece(int index) {
        return call -> call.is("delete") && call.body().contains("\"i" + index * PlainDelete.PIECE + "\"");
    }

    private static void assertInPieces(ScriptedChroma server) {
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        PIECES, server.calls(call -> call.is("delete")).size()));
        List<Call> calls = server.calls(call -> call.is("delete"));
        for (int i = 0; i < PIECES; i++) {
            assertTrue(piece(i).test(calls.get(i)), calls.get(i).body());
        }
    }

    private static void awaitLeft(Collection collection, String... ids) {
        Stage stage = collection.stage();
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            await().atMost(Stage.SOON)
                    .untilAsserted(() -> assertEquals(List.of(ids), each.model().ids(collection.name())));
        }
    }

    @Test
    void eachServerIsSentPiecesAndTheClientIsToldTheirSum() {
        Collection collection = filled();
        Client.Answer answer = collection
                .write("delete", delete(IDS, ",\"where\":null,\"where_document\":null"))
                .join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals("{\"deleted\":" + IDS + "}", answer.body());
        assertInPieces(stage().primary());
        assertInPieces(stage().replica());
        awaitLeft(collection, "first");
    }

    /** It keeps nobody waiting for longer than for one piece. */
    @Test
    void itMayHaveMoreIdsThanAnotherWriteMayHaveRecords() {
        Collection collection = filled();
        Client.Answer answer = collection.write("delete", delete(20_001, "")).join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals("{\"deleted\":20001}", answer.body());
        awaitLeft(collection, "first");
        for (String other : List.of(delete(20_001, ",\"where\":{\"k\":1}"), delete(20_001, ",\"x\":null"))) {
            Client.Answer refused = collection.write("delete", other).join();
            assertEquals(413, refused.status(), refused.body());
        }
    }

    @Test
    void othersWritesGoBetweenItsPieces() {
        Collection collection = filled();
        Collection others = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(piece(1), Reply.held(gate));
        CompletableFuture<Client.Answer> huge = collection.write("delete", delete(IDS, ""));
        await().atMost(Stage.SOON)
                .until(() -> !stage().primary().calls(piece(1)).isEmpty());
        assertEquals(201, others.add("between").join().status());
        assertFalse(huge.isDone());
        gate.complete(null);
        assertEquals(200, huge.join().status());
        awaitLeft(collection, "first");
    }

    /** One record of the log: what the same client writes next comes after all of it. */
    @Test
    void whatIsAddedAfterwardsStays() {
        Collection collection = filled();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(piece(1), Reply.held(gate));
        CompletableFuture<Client.Answer> huge = collection.write("delete", delete(IDS, ""));
        await().atMost(Stage.SOON)
                .until(() -> !stage().primary().calls(piece(1)).isEmpty());
        CompletableFuture<Client.Answer> added = collection.add("i0");
        gate.complete(null);
        assertEquals(200, huge.join().status());
        assertEquals(201, added.join().status());
        awaitLeft(collection, "first", "i0");
    }

    @Test
    void afterAFaultItBeginsAnewAndIsCountedOnce() {
        Collection collection = filled();
        stage().primary().once(piece(2), Reply.error(500, "InternalError", "disk"));
        Client.Answer answer = collection.write("delete", delete(IDS, "")).join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals("{\"deleted\":" + IDS + "}", answer.body());
        assertEquals(2, stage().primary().calls(piece(0)).size(), "begun anew");
        awaitLeft(collection, "first");
    }

    @Test
    void afterTheProxyIsStartedAgainEachServerHasDeletedAllOfIt() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = filled(stage);
            CompletableFuture<Void> gate = new CompletableFuture<>();
            stage.primary().once(piece(1), Reply.held(gate));
            collection.write("delete", delete(IDS, ""));
            await().atMost(Stage.SOON)
                    .until(() -> !stage.primary().calls(piece(1)).isEmpty());
            Client client = stage.restartProxy(() -> gate.complete(null));
            awaitLeft(collection, "first");
            assertEquals(
                    201,
                    client.post(collection.path("add"), Collection.record("i0"))
                            .join()
                            .status());
            awaitLeft(collection, "first", "i0");
        }
    }

    @Test
    void aServerThatEndsInTheMiddleOfItDeletesAllOfItWhenItIsBack() {
        Collection collection = filled();
        CompletableFuture<Void> never = new CompletableFuture<>();
        stage().primary().once(piece(1), Reply.held(never));
        CompletableFuture<Client.Answer> huge = collection.write("delete", delete(IDS, ""));
        await().atMost(Stage.SOON)
                .until(() -> !stage().primary().calls(piece(1)).isEmpty());
        stage().primary().vanish();
        Client.Answer answer = huge.join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals("{\"deleted\":" + IDS + "}", answer.body());
        stage().primary().reappear();
        awaitLeft(collection, "first");
        assertEquals(201, collection.add("i0").join().status());
        awaitLeft(collection, "first", "i0");
    }
}
