package org.chromaproxy.copy;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.local.ChromaServer;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.main.ProxyServer;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.store.DatabaseTarget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies on two real servers: the copy is the original. */
@Timeout(300)
class CopyIT {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String COSINE = "{\"hnsw\":{\"space\":\"cosine\"}}";

    @TempDir
    Path folder;

    private ChromaServer primaryServer;
    private ChromaServer replicaServer;
    private EmbeddedPostgres postgres;
    private ChromaApi primary;
    private ChromaApi replica;

    @BeforeEach
    void start() {
        primaryServer = ChromaServer.start(folder.resolve("primary"), 0);
        replicaServer = ChromaServer.start(folder.resolve("replica"), 0);
        postgres = EmbeddedPostgres.start(folder.resolve("postgres"));
        primary = new ChromaApi(primaryServer.awaitReady(LONG).url());
        replica = new ChromaApi(replicaServer.awaitReady(LONG).url());
    }

    @AfterEach
    void stop() {
        primaryServer.close();
        replicaServer.close();
        postgres.close();
    }

    @Test
    void aCopyKeepsEverythingThatACreateTakes() {
        List<String> names = new ArrayList<>();
        for (String with : List.of(
                "\"metadata\":{\"m\":1,\"f\":1.0,\"t\":true}",
                "\"configuration\":{\"hnsw\":{\"space\":\"ip\",\"batch_size\":7,\"num_threads\":3,\"ef_search\":50,"
                        + "\"sync_threshold\":50,\"resize_factor\":1.5,\"max_neighbors\":8,\"ef_construction\":60}}",
                "\"configuration\":{\"spann\":{\"space\":\"cosine\",\"search_nprobe\":10}}",
                "\"configuration\":{\"embedding_function\":{\"type\":\"known\",\"name\":\"openai\",\"config\":"
                        + "{\"api_key_env_var\":\"X\",\"model\":\"y\"}}}",
                "\"configuration\":{\"embedding_function\":{\"type\":\"unknown\"}}",
                "\"configuration\":{\"embedding_function\":{\"type\":\"legacy\"}}",
                "\"metadata\":{\"hnsw:space\":\"cosine\",\"hnsw:batch_size\":5,\"hnsw:M\":8,\"a\":1}")) {
            String name = "like-" + names.size();
            create(primary, name, with);
            names.add(name);
        }
        create(primary, "changed", "\"metadata\":null");
        put(
                primary,
                "changed",
                "{\"new_metadata\":{\"z\":2.0},\"new_configuration\":{\"embedding_function\":"
                        + "{\"type\":\"known\",\"name\":\"default\",\"config\":{}}}}");
        names.add("changed");
        primary.add(collection(idOf(primary, "like-0")), records(0, 5, 3, 1));
        primary.post(collection(idOf(primary, "like-1")) + "/add", records(0, 5, 3, 1))
                .expect(201);
        primary.post(collection(idOf(primary, "like-1")) + "/delete", Json.object("ids", ids(0, 5)))
                .expect(200);
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(names.size(), PlaceState.READY);
        }
        for (String name : names) {
            assertEquals(settings(primary, name), settings(replica, name), name);
        }
    }

    @Test
    void anIndexThatASchemaDisablesAnswersNothingOnTheCopyEither() {
        assumeSchemas();
        disableFoo(primary, "limited");
        primary.add(collection(idOf(primary, "limited")), records(0, 5, 3, 1));
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(1, PlaceState.READY);
            String filter = "{\"where\":{\"foo\":\"x\"}}";
            primary.post(collection(idOf(primary, "limited")) + "/get", filter).expect(400);
            replica.post(collection(idOf(replica, "limited")) + "/get", filter).expect(400);
            assertEquals(settings(primary, "limited"), settings(replica, "limited"));
            proxy.api.post(D + "/collections/limited/add", records(5, 9, 3, 1)).expect(201);
            Awaitility.await("the new record's keys on both sides")
                    .atMost(LONG)
                    .untilAsserted(() -> assertEquals(settings(primary, "limited"), settings(replica, "limited")));
        }
    }

    @Test
    void aSideWithOtherSettingsIsFoundAndTakenOut() {
        create(primary, "metric", "\"configuration\":" + COSINE);
        create(replica, "metric", "\"metadata\":null");
        create(primary, "words", "\"metadata\":{\"w\":1}");
        create(replica, "words", "\"metadata\":{\"w\":2}");
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(2, PlaceState.READY, PlaceState.DIVERGED);
            assertTrue(proxy.reason("metric").contains("space"), proxy.reason("metric"));
            assertTrue(proxy.reason("words").contains("metadata.w"), proxy.reason("words"));
        }
    }

    @Test
    void aCosineCopyThatIsCopiedTwiceAndComparedDiffersNowhere() {
        create(primary, "angles", "\"configuration\":" + COSINE);
        primary.add(collection(idOf(primary, "angles")), records(0, 200, 16, 1));
        primary.add(collection(idOf(primary, "angles")), records(200, 210, 16, 1e18));
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(1, PlaceState.READY);
            proxy.repair("angles");
            proxy.awaitStates(1, PlaceState.READY);
        }
        // A log that knows neither compares them.
        try (Running proxy = new Running("another_log")) {
            proxy.awaitStates(1, PlaceState.READY);
            assertEquals(210, proxy.api.count(collection("angles")));
        }
    }

    @Test
    void aCollectionThatNoServerTakesBackIsOutOfServiceThereWithTheReason() {
        create(primary, "overflown", "\"configuration\":" + COSINE);
        primary.post(
                        collection(idOf(primary, "overflown")) + "/add",
                        "{\"ids\":[\"good\",\"bad\"],\"embeddings\":[[1,2],[3e38,1]]}")
                .expect(201);
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(1, PlaceState.READY, PlaceState.DIVERGED);
            assertTrue(proxy.reason("overflown").contains("[bad]"), proxy.reason("overflown"));
            assertEquals(2, proxy.api.count(collection("overflown")));
        }
    }

    @Test
    void whatACopyReplacesStaysUntilTheCopyIsWholeWhateverIsInterrupted() {
        create(primary, "large", "\"metadata\":null");
        for (int from = 0; from < 8_000; from += 1_000) {
            primary.add(collection(idOf(primary, "large")), records(from, from + 1_000, 64, 1));
        }
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(1, PlaceState.READY);
            String old = idOf(replica, "large");
            CompletableFuture<Void> repair = CompletableFuture.runAsync(() -> proxy.repair("large"));
            Awaitility.await("a new copy that is not whole yet")
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(LONG)
                    .until(() -> copies(replica).size() == 2 && !copies(replica).containsKey("large")
                            || (copies(replica).containsKey("large")
                                    && !idOf(replica, "large").equals(old)));
            assertEquals(8_000, replica.count(collection(old)), "what is replaced is whole");
        }
        assertEquals(2, copies(replica).size(), "the restart is in the copy's middle");
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(1, PlaceState.READY);
            Awaitility.await("nothing left over")
                    .atMost(LONG)
                    .until(() -> copies(replica).keySet().equals(Set.of("large")));
            assertEquals(8_000, replica.count(collection(idOf(replica, "large"))));
        }
    }

    @Test
    void aReplacementThatEndedBetweenTwoStepsGoesOnAfterARestart() throws SQLException {
        List<String> names = List.of("set-aside", "unplaced", "unfinished", "done", "deleted");
        names.forEach(name -> {
            create(primary, name, "\"metadata\":null");
            primary.add(collection(idOf(primary, name)), records(0, 20, 3, 1));
        });
        Map<String, String> ids = new HashMap<>();
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(names.size(), PlaceState.READY);
            names.forEach(name -> ids.put(name, idOf(primary, name)));
            proxy.api.delete(D + "/collections/deleted").expect(200);
        }
        aside("set-aside", ids);
        sql("UPDATE chroma_proxy.collection_place SET state = 'DIVERGED' WHERE instance = 'replica' AND public_id = '"
                + ids.get("set-aside") + "'");
        aside("unplaced", ids);
        sql("DELETE FROM chroma_proxy.collection_place WHERE instance = 'replica' AND public_id = '"
                + ids.get("unplaced") + "'");
        aside("unfinished", ids);
        create(replica, "unfinished", "\"metadata\":null");
        replica.add(collection(idOf(replica, "unfinished")), records(0, 3, 3, 1));
        sql("UPDATE chroma_proxy.collection_place SET state = 'COPYING', instance_id = '" + idOf(replica, "unfinished")
                + "' WHERE instance = 'replica' AND public_id = '" + ids.get("unfinished") + "'");
        create(replica, "chroma-proxy-aside-" + ids.get("done"), "\"metadata\":null");
        create(replica, "chroma-proxy-aside-" + ids.get("deleted"), "\"metadata\":null");
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(4, PlaceState.READY);
            Awaitility.await("nothing left over")
                    .atMost(LONG)
                    .untilAsserted(() -> assertEquals(
                            Set.of("set-aside", "unplaced", "unfinished", "done"),
                            copies(replica).keySet()));
        }
        copies(replica).values().forEach(id -> assertEquals(20, replica.count(collection(id))));
    }

    @Test
    void aCopyThatCannotBeMadeLeavesWhatItWasToReplace() {
        create(primary, "overflown", "\"configuration\":" + COSINE);
        primary.post(collection(idOf(primary, "overflown")) + "/add", "{\"ids\":[\"good\"],\"embeddings\":[[1,2]]}")
                .expect(201);
        try (Running proxy = new Running("chroma_proxy")) {
            proxy.awaitStates(1, PlaceState.READY);
            proxy.api
                    .post(collection("overflown") + "/add", "{\"ids\":[\"bad\"],\"embeddings\":[[3e38,1]]}")
                    .expect(201);
            Awaitility.await("both records on the replica")
                    .atMost(LONG)
                    .until(() -> replica.count(collection(idOf(replica, "overflown"))) == 2);
            String old = idOf(replica, "overflown");
            var refused =
                    proxy.api.post("/admin/collections/overflown/repair", "{\"instance\":\"replica\",\"force\":true}");
            assertTrue(refused.expect(503).json().toString().contains("[bad]"), refused.toString());
            proxy.awaitStates(1, PlaceState.READY, PlaceState.DIVERGED);
            assertTrue(proxy.reason("overflown").contains("[bad]"), proxy.reason("overflown"));
            assertEquals(Map.of("overflown", old), copies(replica));
            assertEquals(2, replica.count(collection(old)));
            proxy.api
                    .post(collection("overflown") + "/delete", "{\"ids\":[\"bad\"]}")
                    .expect(200);
            proxy.repair("overflown");
            proxy.awaitStates(1, PlaceState.READY);
            assertEquals(Set.of("overflown"), copies(replica).keySet());
        }
    }

    @Test
    void anInstanceInUseIsFilledAnewWhereAnOperatorConsentsAndNothingIsLostThatWasNotNamed() {
        for (String name : List.of("kept", "only-here")) {
            create(primary, name, "\"metadata\":null");
            primary.add(collection(idOf(primary, name)), records(0, 20, 3, 1));
        }
        create(replica, "only-here", "\"metadata\":{\"other\":1}");
        String resync = "/admin/instances/%s/resync";
        try (Running proxy = new Running("chroma_proxy")) {
            Awaitility.await("a copy, and a side that differs")
                    .atMost(LONG)
                    .until(() -> proxy.reason("only-here").contains("other")
                            && proxy.states("kept").equals(Set.of(PlaceState.READY)));
            replica.post(collection(idOf(replica, "kept")) + "/delete", "{\"ids\":[\"r3\"]}")
                    .expect(200);
            var unasked = proxy.api.post(resync.formatted("replica"), "{}").expect(409);
            assertTrue(unasked.json().toString().contains("in_use"), unasked.toString());
            proxy.api.post(resync.formatted("replica"), "{\"in_use\":true}");
            proxy.awaitStates(2, PlaceState.READY);
            assertEquals(20, replica.count(collection(idOf(replica, "kept"))));
            assertEquals(20, replica.count(collection(idOf(replica, "only-here"))));
        }
        put(primary, "only-here", "{\"new_metadata\":{\"other\":2}}");
        try (Running proxy = new Running("another_log")) {
            Awaitility.await("a side that differs")
                    .atMost(LONG)
                    .until(() -> proxy.reason("only-here").contains("other"));
            var listed = proxy.api
                    .post(resync.formatted("primary"), "{\"in_use\":true}")
                    .expect(409);
            assertTrue(
                    listed.json().toString().contains("default_tenant/default_database/only-here"), listed.toString());
            var begun = proxy.api.post(
                    resync.formatted("primary"),
                    "{\"in_use\":true,\"lost\":[\"default_tenant/default_database/only-here\"]}");
            assertTrue(begun.status() < 300, begun.toString());
            proxy.awaitStates(1, PlaceState.READY);
            assertEquals(20, proxy.api.count(collection("kept")));
            proxy.api.get(D + "/collections/only-here").expect(404);
        }
    }

    /** What a replacement does first. */
    private void aside(String name, Map<String, String> ids) {
        put(replica, name, "{\"new_name\":\"chroma-proxy-aside-" + ids.get(name) + "\"}");
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database("chroma_proxy"));
                Statement jdbc = connection.createStatement()) {
            jdbc.execute(statement);
        }
    }

    /** The collections there: name → id. */
    private static Map<String, String> copies(ChromaApi server) {
        Map<String, String> copies = new HashMap<>();
        for (JsonNode collection : server.get(D + "/collections").expect(200).json()) {
            copies.put(collection.path("name").asText(), collection.path("id").asText());
        }
        return copies;
    }

    /** The address of a database of that name, made when missing. */
    private String database(String name) {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement()) {
            if (!connection
                    .createStatement()
                    .executeQuery("SELECT FROM pg_database WHERE datname = '" + name + "'")
                    .next()) {
                statement.execute("CREATE DATABASE " + name);
            }
        } catch (SQLException e) {
            throw new AssertionError("no database " + name, e);
        }
        return postgres.jdbcUrl().replace("/postgres?", "/" + name + "?");
    }

    private void assumeSchemas() {
        create(primary, "probe", "\"metadata\":null");
        JsonNode probe = primary.get(D + "/collections/probe").expect(200).json();
        primary.delete(D + "/collections/probe").expect(200);
        Assumptions.assumeTrue(probe.has("schema"), "a release that has schemas");
    }

    private static void disableFoo(ChromaApi server, String name) {
        create(server, name + "-like", "\"metadata\":null");
        JsonNode like =
                server.get(D + "/collections/" + name + "-like").expect(200).json();
        server.delete(D + "/collections/" + name + "-like").expect(200);
        ObjectNode schema = like.path("schema").deepCopy();
        ((ObjectNode) schema.path("keys"))
                .set(
                        "foo",
                        Json.object(
                                "string",
                                Json.object(
                                        "fts_index", Json.object("enabled", false, "config", Json.object()),
                                        "string_inverted_index",
                                                Json.object("enabled", false, "config", Json.object()))));
        create(server, name, "\"schema\":" + schema);
    }

    private static void create(ChromaApi server, String name, String with) {
        server.post(D + "/collections", "{\"name\":\"" + name + "\"," + with + "}")
                .expect(200);
    }

    private static void put(ChromaApi server, String name, String change) {
        server.send("PUT", collection(idOf(server, name)), change).expect(200);
    }

    private static JsonNode settings(ChromaApi server, String name) {
        ObjectNode found =
                server.get(D + "/collections/" + name).expect(200).json().deepCopy();
        found.remove("id");
        return found;
    }

    private static String idOf(ChromaApi instance, String name) {
        return instance.get(D + "/collections/" + name)
                .expect(200)
                .json()
                .path("id")
                .asText();
    }

    private static ArrayNode ids(int from, int to) {
        ArrayNode ids = Json.array();
        for (int i = from; i < to; i++) {
            ids.add("r" + i);
        }
        return ids;
    }

    private static JsonNode records(int from, int to, int dimension, double scale) {
        Random random = new Random(7 + from);
        ArrayNode embeddings = Json.array();
        ArrayNode metadatas = Json.array();
        for (int i = from; i < to; i++) {
            ArrayNode embedding = embeddings.addArray();
            for (int d = 0; d < dimension; d++) {
                embedding.add(random.nextGaussian() * scale);
            }
            metadatas.add(Json.object("n" + from, i, "half", i / 2.0, "even", i % 2 == 0));
        }
        return Json.object("ids", ids(from, to), "embeddings", embeddings, "metadatas", metadatas);
    }

    /** One life of the proxy on a log of that name. */
    private final class Running implements AutoCloseable {
        private final Wal wal;
        private final ProxyServer server;
        private final ChromaApi api;

        Running(String log) {
            wal = Wal.open(WalConfig.of(DatabaseTarget.of(database(log), "", "")));
            server = ProxyServer.start(
                    ConfigReader.of(Map.of(
                            "PRIMARY_URL",
                            primary.url(),
                            "REPLICA_URL",
                            replica.url(),
                            "HOST",
                            "127.0.0.1",
                            "PORT",
                            "0")),
                    wal);
            Awaitility.await("a serving proxy").atMost(LONG).until(server::serving);
            api = new ChromaApi("http://127.0.0.1:" + server.address().getPort());
        }

        /** Copies it to the replica anew. */
        void repair(String name) {
            api.post("/admin/collections/" + name + "/repair", Json.object("instance", "replica", "force", true))
                    .expect(200);
        }

        String reason(String name) {
            return mappings().stream()
                    .filter(mapping -> mapping.path().name().equals(name))
                    .flatMap(mapping -> mapping.places().values().stream())
                    .map(Place::reason)
                    .collect(Collectors.joining());
        }

        Set<PlaceState> states(String name) {
            return mappings().stream()
                    .filter(mapping -> mapping.path().name().equals(name))
                    .flatMap(mapping -> mapping.places().values().stream())
                    .map(Place::state)
                    .collect(Collectors.toSet());
        }

        private Set<Mapping> mappings() {
            return Set.copyOf(wal.reader().mappings());
        }

        void awaitStates(int collections, PlaceState... states) {
            Awaitility.await("places in " + Set.of(states)).atMost(LONG).untilAsserted(() -> {
                Set<Mapping> mappings = mappings();
                assertEquals(collections, mappings.size());
                for (Mapping mapping : mappings) {
                    assertEquals(2, mapping.places().size(), mapping.toString());
                    Set<PlaceState> found =
                            mapping.places().values().stream().map(Place::state).collect(Collectors.toSet());
                    assertEquals(Set.of(states), found, mapping.toString());
                }
            });
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
