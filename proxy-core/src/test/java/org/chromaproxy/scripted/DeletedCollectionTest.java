package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Records with array-valued metadata are deleted before their collection is, on every instance: Chroma 1.5.9 would leave that
 * metadata behind, for other records.
 */
class DeletedCollectionTest {
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";
    private static final String DATABASES = "/api/v2/tenants/default_tenant/databases";
    private static final String ARRAYS =
            "{\"ids\":[\"with\",\"without\"],\"embeddings\":[[0.5,1],[1,0.5]],\"metadatas\":[{\"tags\":[\"a\"]},{\"k\":1}]}";
    private static final String HIDDEN = "chroma-proxy.deleted.";

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void open() throws SQLException {
        stage = Stage.open();
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private Collection withArrays() {
        Collection collection = stage.usedCollection();
        assertEquals(201, collection.write("add", ARRAYS).join().status());
        await().atMost(Stage.SOON)
                .until(() -> stage.replica().model().ids(collection.name()).contains("with"));
        stage.forget();
        return collection;
    }

    private static Client.Answer delete(Client client, Collection collection) {
        return client.delete(COLLECTIONS + "/" + collection.name()).join();
    }

    private static boolean purges(Call call) {
        return call.is("delete");
    }

    private static Predicate<Call> drops(Collection collection) {
        return call -> call.deletes(HIDDEN + collection.id());
    }

    /** The records were deleted there, then the collection, and nothing is left to do. */
    private void assertPurged(ScriptedChroma instance, Collection collection) {
        await().atMost(Stage.SOON)
                .until(() -> instance.calls(drops(collection)).stream().anyMatch(Call::answered));
        List<Call> purge = instance.calls(DeletedCollectionTest::purges);
        assertFalse(purge.isEmpty(), "no record was deleted");
        assertTrue(purge.stream().allMatch(call -> call.body().equals("{\"ids\":[\"with\"]}")), purge.toString());
        assertTrue(purge.getFirst().order()
                < instance.calls(drops(collection)).getFirst().order());
        assertTrue(instance.calls(call -> call.deletes(collection.name())).isEmpty());
    }

    private void awaitNothingLeft() {
        await().atMost(Stage.SOON)
                .until(() ->
                        stage.log().look("SELECT name FROM collection_purge").isEmpty());
    }

    @Test
    void aCollectionThatNeverHadArraysIsDeletedAtOnce() {
        Collection collection = stage.usedCollection();
        collection
                .write(
                        "add",
                        "{\"ids\":[\"b\"],\"embeddings\":[[1,2]],\"metadatas\":[{\"k\":\"[:[\"}],\"documents\":[\":[\"]}")
                .join();
        assertEquals(200, delete(stage.client(), collection).status());
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            await().atMost(Stage.SOON)
                    .until(() ->
                            !each.calls(call -> call.deletes(collection.name())).isEmpty());
            assertTrue(each.calls(
                            call -> call.method().equals("PUT") && call.path().startsWith(COLLECTIONS))
                    .isEmpty());
        }
    }

    @Test
    void recordsWithArraysGoBeforeTheirCollectionAndItsNameIsFreeAtOnce() {
        Collection collection = withArrays();
        assertEquals(200, delete(stage.client(), collection).status());
        assertEquals(404, collection.read().join().status());
        assertEquals(
                404,
                stage.client()
                        .get(COLLECTIONS + "/" + HIDDEN + collection.id())
                        .join()
                        .status());
        assertEquals("[]", stage.client().get(COLLECTIONS).join().body());
        Client.Answer again = stage.client()
                .post(COLLECTIONS, "{\"name\":\"" + collection.name() + "\"}")
                .join();
        assertEquals(200, again.status(), again.body());
        assertPurged(stage.primary(), collection);
        assertPurged(stage.replica(), collection);
        awaitNothingLeft();
        assertEquals(
                200,
                stage.client().get(COLLECTIONS + "/" + collection.name()).join().status());
    }

    @Test
    void whereItIsNotKnownThereMayBeArrays() {
        Collection collection = withArrays();
        Client client = stage.restartProxy(() -> stage.log().look("DELETE FROM collection_flat RETURNING 1"));
        assertEquals(200, delete(client, collection).status());
        assertPurged(stage.primary(), collection);
        assertPurged(stage.replica(), collection);
        client.close();
    }

    @Test
    void whetherThereWereArraysOutlivesTheProxy() {
        Collection flat = stage.usedCollection();
        Collection arrays = withArrays();
        Client client = stage.restartProxy();
        assertEquals(200, delete(client, flat).status());
        assertEquals(200, delete(client, arrays).status());
        assertFalse(stage.primary().calls(call -> call.deletes(flat.name())).isEmpty());
        assertPurged(stage.primary(), arrays);
        assertPurged(stage.replica(), arrays);
        client.close();
    }

    @Test
    void aProxyThatEndsInThePurgeIsFollowedByOneThatGoesOn() {
        Collection collection = withArrays();
        stage.primary().always(DeletedCollectionTest::purges, new Reply.Close(false));
        stage.replica().always(drops(collection), new Reply.Close(true));
        assertEquals(200, delete(stage.client(), collection).status());
        await().atMost(Stage.SOON)
                .until(() ->
                        !stage.primary().calls(DeletedCollectionTest::purges).isEmpty()
                                && !stage.replica().calls(drops(collection)).isEmpty());
        Client client = stage.restartProxy(stage::forget);
        assertPurged(stage.primary(), collection);
        awaitNothingLeft();
        assertEquals(
                404, client.get(COLLECTIONS + "/" + collection.name()).join().status());
        client.close();
    }

    @Test
    void aStepWithoutAnAnswerIsDoneAgain() {
        Collection collection = withArrays();
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            each.times(2, call -> call.method().equals("PUT"), call -> new Reply.Close(true));
            each.once(DeletedCollectionTest::purges, new Reply.Close(true));
            each.once(drops(collection), new Reply.Close(true));
        }
        assertEquals(200, delete(stage.client(), collection).status());
        awaitNothingLeft();
        assertPurged(stage.primary(), collection);
        assertPurged(stage.replica(), collection);
        assertEquals(List.of(), stage.primary().model().ids(HIDDEN + collection.id()));
    }

    @Test
    void anInstanceThatWasAwayPurgesWhenItIsBack() {
        Collection collection = withArrays();
        stage.replica().vanish();
        assertEquals(200, delete(stage.client(), collection).status());
        assertPurged(stage.primary(), collection);
        stage.replica().reappear();
        assertPurged(stage.replica(), collection);
        awaitNothingLeft();
    }

    @Test
    void aDeleteThatIsRefusedPurgesNothing() {
        Client.Answer created =
                stage.client().post(COLLECTIONS, "{\"name\":\"global\"}").join();
        Collection global =
                new Collection(stage, "global", created.json().path("id").asText());
        assertEquals(201, global.write("add", ARRAYS).join().status());
        stage.forget();
        assertEquals(403, delete(stage.client(), global).status());
        assertEquals(404, stage.client().delete(COLLECTIONS + "/unknown").join().status());
        assertTrue(stage.primary().calls(call -> !call.method().equals("GET")).isEmpty());
    }

    @Test
    void aDatabasesRecordsWithArraysGoBeforeTheDatabase() {
        String database = "db-" + UUID.randomUUID();
        stage.client().post(DATABASES, "{\"name\":\"" + database + "\"}").join();
        String collections = DATABASES + "/" + database + "/collections";
        Client.Answer created =
                stage.client().post(collections, "{\"name\":\"arrays\"}").join();
        String id = created.json().path("id").asText();
        assertEquals(
                201,
                stage.client()
                        .post(collections + "/" + id + "/add", ARRAYS)
                        .join()
                        .status());
        await().atMost(Stage.SOON)
                .until(() -> stage.replica().model().ids("arrays").contains("with"));
        stage.forget();

        Client.Answer deleted =
                stage.client().delete(DATABASES + "/" + database).join();
        assertEquals(200, deleted.status(), deleted.body());
        assertEquals(404, stage.client().get(DATABASES + "/" + database).join().status());
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            await().atMost(Stage.SOON)
                    .until(() -> !each.calls(call -> call.deletes(database)).isEmpty());
            List<Call> purge = each.calls(DeletedCollectionTest::purges);
            assertEquals(1, purge.size());
            assertEquals("{\"ids\":[\"with\"]}", purge.getFirst().body());
            assertTrue(purge.getFirst().order()
                    < each.calls(call -> call.deletes(database)).getFirst().order());
        }
        assertEquals(
                200,
                stage.client()
                        .post(DATABASES, "{\"name\":\"" + database + "\"}")
                        .join()
                        .status());
    }

    /** The catalog is everybody's: it does not stand still while one database's records are deleted. */
    @Test
    void othersCreateAndListWhileManyRecordsOfADatabaseAreDeleted() {
        String database = "db-" + UUID.randomUUID();
        String collections = databaseWithArrays(database, 6);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            each.always(DeletedCollectionTest::purges, Reply.held(gate));
        }
        var deleting = stage.client().delete(DATABASES + "/" + database);
        await().atMost(Stage.SOON)
                .until(() ->
                        !stage.primary().calls(DeletedCollectionTest::purges).isEmpty());
        for (int i = 0; i < 3; i++) {
            Client.Answer created = stage.client()
                    .post(COLLECTIONS, "{\"name\":\"meanwhile-" + i + "\"}")
                    .join();
            assertEquals(200, created.status(), created.body());
            assertEquals(200, stage.client().get(COLLECTIONS).join().status());
        }
        assertFalse(deleting.isDone());
        assertEquals(404, stage.client().get(collections + "/arrays-5").join().status(), "nobody sees a part of it");
        gate.complete(null);
        Client.Answer deleted = deleting.join();
        assertEquals(200, deleted.status(), deleted.body());
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            await().atMost(Stage.SOON)
                    .until(() -> !each.calls(call -> call.deletes(database)).isEmpty());
            List<Call> purges = each.calls(DeletedCollectionTest::purges);
            assertEquals(6, purges.size());
            assertTrue(purges.getLast().order()
                    < each.calls(call -> call.deletes(database)).getFirst().order());
        }
        assertEquals(404, stage.client().get(DATABASES + "/" + database).join().status());
    }

    /** Returns the path of its collections. */
    private String databaseWithArrays(String database, int count) {
        stage.client().post(DATABASES, "{\"name\":\"" + database + "\"}").join();
        String collections = DATABASES + "/" + database + "/collections";
        for (int i = 0; i < count; i++) {
            String id = stage.client()
                    .post(collections, "{\"name\":\"arrays-" + i + "\"}")
                    .join()
                    .json()
                    .path("id")
                    .asText();
            assertEquals(
                    201,
                    stage.client()
                            .post(collections + "/" + id + "/add", ARRAYS)
                            .join()
                            .status());
        }
        return collections;
    }

    @Test
    void aDatabaseDeletedInTheMiddleOfAPurgeIsFinishedByTheNextProxy() {
        String database = "db-" + UUID.randomUUID();
        stage.client().post(DATABASES, "{\"name\":\"" + database + "\"}").join();
        String collections = DATABASES + "/" + database + "/collections";
        Client.Answer created =
                stage.client().post(collections, "{\"name\":\"arrays\"}").join();
        String id = created.json().path("id").asText();
        assertEquals(
                201,
                stage.client()
                        .post(collections + "/" + id + "/add", ARRAYS)
                        .join()
                        .status());
        stage.primary().always(DeletedCollectionTest::purges, new Reply.Never());
        var deleting = stage.client().delete(DATABASES + "/" + database);
        await().atMost(Stage.SOON)
                .until(() ->
                        !stage.primary().calls(DeletedCollectionTest::purges).isEmpty());
        assertEquals(404, stage.client().get(collections + "/arrays").join().status(), "nobody sees a part of it");
        Client client = stage.restartProxy(stage::forget);
        deleting.exceptionally(gone -> null).join();
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            await().atMost(Stage.SOON)
                    .until(() -> !each.calls(call -> call.deletes(database)).isEmpty());
        }
        assertEquals(404, client.get(DATABASES + "/" + database).join().status());
        client.close();
    }

    @Test
    void namesOfDeletedCollectionsAreTheProxysOwn() {
        Collection collection = stage.usedCollection();
        String name = HIDDEN + collection.id();
        assertEquals(
                400,
                stage.client()
                        .post(COLLECTIONS, "{\"name\":\"" + name + "\"}")
                        .join()
                        .status());
        assertEquals(
                400,
                stage.client()
                        .put(COLLECTIONS + "/" + collection.id(), "{\"new_name\":\"" + name + "\"}")
                        .join()
                        .status());
    }
}
