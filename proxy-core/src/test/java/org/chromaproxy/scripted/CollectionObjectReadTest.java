package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Chroma changes fields of a collection as records are written: its dimension, its schema. A client that has written reads
 * them as they are since, by whichever route, wherever the read is served. Reads prefer the follower here.
 */
class CollectionObjectReadTest extends StagedTest {
    private static final int TRIES = 20;
    private static final String LIST = Collection.DATABASE + "/collections";

    CollectionObjectReadTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(1).withUnansweredMs(1_000));
    }

    /** An unused collection whose first record the follower has not applied, and will not before the gate opens. */
    private Collection aheadOfTheFollower(CompletableFuture<Void> gate) {
        Collection collection = stage().collection();
        stage().replica().once(call -> call.is("add") && mentions(call, "first"), Reply.held(gate));
        assertEquals(201, collection.add("first").join().status());
        return collection;
    }

    private static boolean mentions(Call call, String id) {
        return call.body().contains("\"" + id + "\"");
    }

    private JsonNode byName(Collection collection) {
        return object(stage().client().get(LIST + "/" + collection.name()));
    }

    private JsonNode listed(Collection collection) {
        for (JsonNode each : object(stage().client().get(LIST))) {
            if (each.path("id").asText().equals(collection.id())) {
                return each;
            }
        }
        throw new AssertionError("not listed: " + collection.name());
    }

    private JsonNode gotOrCreated(Collection collection) {
        String body = "{\"name\":\"" + collection.name() + "\",\"get_or_create\":true}";
        return object(stage().client().post(LIST, body));
    }

    private static JsonNode object(CompletableFuture<Client.Answer> answer) {
        assertEquals(200, answer.join().status(), answer.join().body());
        return answer.join().json();
    }

    private static void assertDimension(JsonNode collection) {
        assertEquals(2, collection.path("dimension").asInt(), collection.toString());
    }

    @Test
    void aCollectionReadRightAfterAnAcknowledgedAddHasItsDimension() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        Collection collection = aheadOfTheFollower(gate);
        for (int i = 0; i < TRIES; i++) {
            assertDimension(byName(collection));
            assertDimension(object(stage().client().get(LIST + "/by-id/" + collection.id())));
        }
        gate.complete(null);
    }

    @Test
    void aListRightAfterAnAcknowledgedAddHasTheDimensionOfEachCollection() {
        Collection quiet = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        List<Collection> written =
                IntStream.range(0, 3).mapToObj(i -> aheadOfTheFollower(gate)).toList();
        for (int i = 0; i < TRIES; i++) {
            written.forEach(collection -> assertDimension(listed(collection)));
            assertDimension(listed(quiet));
        }
        gate.complete(null);
    }

    /** What one read saw of a write that is not acknowledged yet, later reads see as well. */
    @Test
    void aCollectionsFieldsNeverGoBackWhileAWriteIsInFlight() {
        Collection collection = stage().collection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> answered = new CompletableFuture<>();
        stage().replica().always(Call::writes, Reply.held(gate));
        stage().primary().onArrival(call -> {
            if (call.writes()) {
                answered.complete(null);
            }
        });
        CompletableFuture<Client.Answer> write = collection.add("first");
        answered.join();
        await().atMost(Stage.SOON)
                .until(() -> !byName(collection).path("dimension").isNull());
        for (int i = 0; i < TRIES; i++) {
            assertDimension(byName(collection));
            assertDimension(listed(collection));
        }
        assertEquals(201, write.join().status());
        gate.complete(null);
    }

    /** The primary leads the catalog and would be asked first; for this collection the replica leads. */
    @Test
    void aGetOrCreateIsAnsweredByAnInstanceThatHasTheCollectionsRecords() {
        Collection collection = stage().collection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(call -> call.is("add"), Reply.held(gate));
        assertEquals(201, collection.add("first").join().status());
        assertTrue(stage().primary().model().ids(collection.name()).isEmpty());
        for (int i = 0; i < TRIES; i++) {
            assertDimension(gotOrCreated(collection));
            assertDimension(byName(collection));
            assertDimension(listed(collection));
        }
        gate.complete(null);
    }

    @Test
    void aCollectionThatIsDeletedWhileItIsReadIsNotFoundByItsName() {
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(call -> call.deletes(collection.name()), Reply.held(gate));
        stage().replica().once(call -> call.deletes(collection.name()), Reply.held(gate));
        CompletableFuture<Client.Answer> delete = stage().client().delete(LIST + "/" + collection.name());
        await().atMost(Stage.SOON)
                .until(() -> !stage().primary()
                        .calls(call -> call.deletes(collection.name()))
                        .isEmpty());
        CompletableFuture<Client.Answer> during = stage().client().get(LIST + "/" + collection.name());
        gate.complete(null);
        assertEquals(200, delete.join().status());
        assertEquals(404, during.join().status());
        assertTrue(
                during.join().body().contains("[" + collection.name() + "] does not exist"),
                during.join().body());
    }

    /** The leader is away, and its follower has not yet all that was acknowledged. */
    @Test
    void aListWaitsForAnInstanceThatHasWhatWasAcknowledged() throws Exception {
        try (Stage own = Stage.open(Stage.Settings.DEFAULT.withReplicaRatio(1))) {
            Collection collection = own.collection();
            CompletableFuture<Void> gate = new CompletableFuture<>();
            own.replica().once(call -> call.is("add"), Reply.held(gate));
            assertEquals(201, collection.add("first").join().status());
            own.forget();
            own.primary().vanish();
            CompletableFuture<Client.Answer> list = own.client().get(LIST);
            CompletableFuture<Client.Answer> got = own.client().get(LIST + "/" + collection.name());
            await().atMost(Stage.SOON)
                    .until(() -> !own.replica()
                            .calls(call -> call.uri().contains("/collections?limit"))
                            .isEmpty());
            gate.complete(null);
            assertDimension(object(list).path(0));
            assertDimension(object(got));
        }
    }
}
