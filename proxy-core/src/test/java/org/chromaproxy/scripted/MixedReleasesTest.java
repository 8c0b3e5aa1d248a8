package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers of different releases behind one proxy: nothing is half done, and nobody is taken out because of it. */
class MixedReleasesTest {
    private static final String LIST =
            "{\"ids\":[\"%s\"],\"embeddings\":[[0.5,1]],\"metadatas\":[{\"tags\":[\"a\",\"b\"]}]}";

    private Stage stage;
    private Client client;

    @BeforeEach
    void open() throws Exception {
        stage = Stage.open();
        client = stage.client();
    }

    @AfterEach
    void close() {
        stage.close();
    }

    /** The proxy meets servers that run these releases. */
    private void start(ScriptedRelease primary, ScriptedRelease replica) {
        client = stage.restartProxy(() -> {
            primary.runs(stage.primary());
            replica.runs(stage.replica());
        });
        awaitKnown("primary", primary);
        awaitKnown("replica", replica);
    }

    private void awaitKnown(String name, ScriptedRelease release) {
        await().atMost(Stage.SOON)
                .until(() -> capabilities(name)
                        .path("list_metadata")
                        .asText()
                        .equals(release == ScriptedRelease.NEWER ? "true" : "false"));
    }

    private JsonNode status() {
        return client.get("/status").join().json();
    }

    private JsonNode capabilities(String name) {
        for (JsonNode instance : status().path("instances")) {
            if (instance.path("name").asText().equals(name)) {
                return instance.path("capabilities");
            }
        }
        throw new AssertionError("no instance " + name);
    }

    private Client.Answer write(Collection collection, String operation, String body) {
        return client.post(collection.path(operation), body).join();
    }

    private List<String> places(Collection collection) {
        return stage.log()
                .look("SELECT instance || ' ' || state FROM collection_place WHERE public_id = '" + collection.id()
                        + "' ORDER BY instance");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "OLDER|NEWER|add|{\"ids\":[\"n\"],\"embeddings\":[[0.5,1]],\"metadatas\":[{\"tags\":[\"a\"]}]}",
                "NEWER|OLDER|add|{\"ids\":[\"n\"],\"embeddings\":[[0.5,1]],\"metadatas\":[null,{\"tags\":[]}]}",
                "NEWER|OLDER|upsert|{\"metadatas\":[{\"v\":{\"indices\":[1]}}],\"embeddings\":[[0.5,1]],\"ids\":[\"n\"]}",
                "NEWER|OLDER|update|{\"ids\":[\"first\"],\"metadatas\":[{\"a\":1,\"b\":[1.5]}]}",
                "NEWER|OLDER|delete|{\"where\":{\"$and\":[{\"a\":1},{\"tags\":{\"$contains\":\"a\"}}]}}",
                "OLDER|NEWER|delete|{\"where\":{\"#document\":{\"$contains\":\"a\"}}}",
                "OLDER|NEWER|add|{\"ids\":[\"n\"],\"embeddings\":[[0.5,1]],\"metadatas\":[{\"#a\":1}]}",
                "NEWER|OLDER|upsert|{\"ids\":[\"n\"],\"embeddings\":[[0.5,1]],\"metadatas\":[{\"$a\":1}]}",
            })
    void whatOnlySomeServersCanDoIsRefusedAndGoesNowhere(
            ScriptedRelease primary, ScriptedRelease replica, String operation, String body) {
        Collection collection = stage.usedCollection();
        start(primary, replica);

        Client.Answer refused = write(collection, operation, body);

        assertEquals(422, refused.status(), refused.body());
        assertTrue(refused.body().contains("run different releases"), refused.body());
        assertTrue(refused.body().contains("Upgrade every server"), refused.body());
        assertEquals("", refused.header("Transaction-ID"), "nothing was logged");
        assertEquals(201, write(collection, "add", Collection.record("plain")).status());
        StagedTest.awaitHeld(stage.replica(), collection, "plain");
        assertEquals(List.of("first", "plain"), stage.primary().model().ids(collection.name()));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"made\",\"schema\":{\"defaults\":{},\"keys\":{}}}",
                "{\"name\":\"made\",\"configuration\":{\"hnsw\":null,\"embedding_function\":{\"type\":\"unknown\"}}}"
            })
    void aCollectionThatOnlySomeServersCanMakeIsMadeByNone(String body) {
        start(ScriptedRelease.OLDER, ScriptedRelease.NEWER);

        Client.Answer refused =
                client.post(Collection.DATABASE + "/collections", body).join();

        assertEquals(422, refused.status(), refused.body());
        assertEquals(List.of(), stage.primary().calls(call -> call.creates("made")));
        assertEquals(List.of(), stage.replica().calls(call -> call.creates("made")));
        Client.Answer made = client.post(
                        Collection.DATABASE + "/collections",
                        "{\"name\":\"made\",\"schema\":null,\"configuration\":{\"embedding_function\":{\"type\":\"legacy\"}}}")
                .join();
        assertEquals(200, made.status(), made.body());
    }

    @Test
    void aWriteRouteThatOnlySomeServersHaveIsNoRoute() {
        Collection collection = stage.usedCollection();
        start(ScriptedRelease.NEWER, ScriptedRelease.OLDER);

        Client.Answer answer = write(collection, "functions/attach", "{\"name\":\"f\"}");

        assertEquals(404, answer.status(), answer.body());
        assertEquals("", answer.body());
        assertEquals(List.of(), stage.primary().calls(call -> call.path().endsWith("/attach")));
    }

    @Test
    void theStatusShowsWhatEachServerCanDoAndInWhatTheyDiffer() {
        start(ScriptedRelease.OLDER, ScriptedRelease.NEWER);

        assertFalse(capabilities("primary").path("collection_schema").asBoolean(true));
        assertFalse(capabilities("primary").path("list_filters").asBoolean(true));
        assertTrue(capabilities("primary").path("lenient_keys").asBoolean());
        assertTrue(capabilities("replica").path("list_filters").asBoolean());
        assertEquals(2, capabilities("replica").path("routes").asInt());
        JsonNode releases = status().path("releases");
        assertTrue(releases.path("mixed").asBoolean(), releases.toString());
        assertEquals("refuse", releases.path("policy").asText());
        assertEquals(5, releases.path("differences").size(), releases.toString());
        assertEquals(
                capabilities("replica"),
                client.get("/admin/instances")
                        .join()
                        .json()
                        .path("instances")
                        .get(1)
                        .path("capabilities"));
    }

    @Test
    void afterTheUpgradeEverythingIsTaken() {
        Collection collection = stage.usedCollection();
        start(ScriptedRelease.OLDER, ScriptedRelease.NEWER);
        assertEquals(422, write(collection, "add", LIST.formatted("early")).status());

        stage.primary().vanish();
        ScriptedRelease.NEWER.runs(stage.primary());
        stage.primary().reappear();

        awaitKnown("primary", ScriptedRelease.NEWER);
        await().atMost(Stage.SOON)
                .until(() -> !status().path("releases").path("mixed").asBoolean());
        assertEquals(201, write(collection, "add", LIST.formatted("late")).status());
        StagedTest.awaitHeld(stage.primary(), collection, "late");
        StagedTest.awaitHeld(stage.replica(), collection, "late");
    }

    @Test
    void aServerThatComesBackOlderWaitsForItsUpgradeAndIsNotDiverged() {
        Collection collection = stage.usedCollection();
        stage.replica().vanish();
        client = stage.restartProxy(() -> {
            ScriptedRelease.NEWER.runs(stage.primary());
            ScriptedRelease.OLDER.runs(stage.replica());
        });
        awaitKnown("primary", ScriptedRelease.NEWER);
        assertEquals(201, write(collection, "add", LIST.formatted("list")).status(), "nobody is known to lack it");
        assertEquals(201, write(collection, "add", Collection.record("after")).status());

        stage.replica().reappear();
        awaitKnown("replica", ScriptedRelease.OLDER);
        Collection other = collectionOn(client);
        assertEquals(201, write(other, "add", Collection.record("elsewhere")).status());
        StagedTest.awaitHeld(stage.replica(), other, "elsewhere");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
        assertEquals(List.of("first"), stage.replica().model().ids(collection.name()));
        await().atMost(Stage.SOON)
                .until(
                        () -> status().path("instances").get(1).path("holds").toString(),
                        holds -> holds.contains("waits for its upgrade"));

        stage.replica().vanish();
        ScriptedRelease.NEWER.runs(stage.replica());
        stage.replica().reappear();

        StagedTest.awaitHeld(stage.replica(), collection, "after");
        assertEquals(List.of("first", "list", "after"), stage.replica().model().ids(collection.name()));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    @Test
    void anOlderLeaderLeavesToANewerServerWhatItCannotDo() {
        Collection collection = stage.usedCollection();
        stage.primary().vanish();
        client = stage.restartProxy(() -> {
            ScriptedRelease.OLDER.runs(stage.primary());
            ScriptedRelease.NEWER.runs(stage.replica());
        });
        awaitKnown("replica", ScriptedRelease.NEWER);
        assertEquals(201, write(collection, "add", LIST.formatted("list")).status());
        stage.primary().reappear();
        awaitKnown("primary", ScriptedRelease.OLDER);

        assertEquals(201, write(collection, "add", Collection.record("after")).status());

        StagedTest.awaitHeld(stage.replica(), collection, "after");
        assertEquals(List.of("first", "list", "after"), stage.replica().model().ids(collection.name()));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    @Test
    void aServerThatTellsNothingOfItselfIsUnknownAndHoldsNobodyUp() {
        client = stage.restartProxy(() -> ScriptedRelease.NEWER.runs(stage.primary()));
        awaitKnown("primary", ScriptedRelease.NEWER);
        Collection collection = collectionOn(client);

        assertFalse(capabilities("replica").path("known").asBoolean(true));
        assertTrue(capabilities("replica").path("list_metadata").isNull());
        assertEquals(201, write(collection, "add", LIST.formatted("list")).status());
        StagedTest.awaitHeld(stage.replica(), collection, "list");
        assertFalse(status().path("releases").path("mixed").asBoolean(true));
    }

    private Collection collectionOn(Client maker) {
        String name = "c-" + UUID.randomUUID();
        Client.Answer made = maker.post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}")
                .join();
        assertEquals(200, made.status(), made.body());
        return new Collection(stage, name, made.json().path("id").asText());
    }
}
