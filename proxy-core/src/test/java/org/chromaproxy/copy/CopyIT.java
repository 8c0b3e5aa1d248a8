package org.chromaproxy.copy;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.RealPair;
import org.chromaproxy.support.LocalAdmin;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies on two real servers: the copy is the original. */
@Timeout(900)
class CopyIT extends RealPair {
    private static final String COSINE = "{\"hnsw\":{\"space\":\"cosine\"}}";

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
        try (Running proxy = new Running("chroma_proxy").serving()) {
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
        try (Running proxy = new Running("chroma_proxy").serving()) {
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
        try (Running proxy = new Running("chroma_proxy").serving()) {
            proxy.awaitStates(2, PlaceState.READY, PlaceState.DIVERGED);
            assertTrue(proxy.reason("metric").contains("space"), proxy.reason("metric"));
            assertTrue(proxy.reason("words").contains("metadata.w"), proxy.reason("words"));
        }
    }

    @Test
    void aSideWhoseSettingsChangeBehindTheProxysBackIsFoundAndTakenOut() {
        create(primary, "described", "\"metadata\":{\"w\":1}");
        try (Running proxy = new Running("chroma_proxy").serving()) {
            proxy.awaitStates(1, PlaceState.READY);
            put(replica, "described", "{\"new_metadata\":{\"w\":2}}");
            proxy.awaitStates(1, PlaceState.READY, PlaceState.DIVERGED);
            assertTrue(proxy.reason("described").contains("metadata.w"), proxy.reason("described"));
        }
    }

    @Test
    void aCosineCopyThatIsCopiedTwiceAndComparedDiffersNowhere() {
        create(primary, "angles", "\"configuration\":" + COSINE);
        primary.add(collection(idOf(primary, "angles")), records(0, 200, 16, 1));
        primary.add(collection(idOf(primary, "angles")), records(200, 210, 16, 1e18));
        try (Running proxy = new Running("chroma_proxy").serving()) {
            proxy.awaitStates(1, PlaceState.READY);
            proxy.repair("angles");
            proxy.awaitStates(1, PlaceState.READY);
            assertEquals(order(primary, "angles"), order(replica, "angles"));
        }
        // A log that knows neither compares them.
        try (Running proxy = new Running("another_log").serving()) {
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
        try (Running proxy = new Running("chroma_proxy").serving()) {
            proxy.awaitStates(1, PlaceState.READY, PlaceState.DIVERGED);
            assertTrue(proxy.reason("overflown").contains("[bad]"), proxy.reason("overflown"));
            assertEquals(2, proxy.api.count(collection("overflown")));
        }
    }

    @Test
    void whatACopyReplacesStaysUntilTheCopyIsWholeWhateverIsInterrupted() throws IOException {
        create(primary, "large", "\"metadata\":null");
        for (int from = 0; from < 8_000; from += 1_000) {
            primary.add(collection(idOf(primary, "large")), records(from, from + 1_000, 64, 1));
        }
        try (Running proxy = new Running("chroma_proxy").serving()) {
            proxy.awaitStates(1, PlaceState.READY);
            String old = idOf(replica, "large");
            // Who asks hangs up: the proxy's end would wait for the answer, and so for the copy.
            try (Socket client = asked(proxy, "large")) {
                Awaitility.await("a new copy that is not whole yet")
                        .pollInterval(Duration.ofMillis(10))
                        .atMost(LONG)
                        .until(() -> copies(replica), there -> there.size() == 2 && !old.equals(there.get("large")));
                assertTrue(client.isConnected());
            }
            assertEquals(8_000, replica.count(collection(old)), "what is replaced is whole");
        }
        assertEquals(2, copies(replica).size(), "the restart is in the copy's middle");
        try (Running proxy = new Running("chroma_proxy").serving()) {
            proxy.awaitStates(1, PlaceState.READY);
            Awaitility.await("nothing left over")
                    .atMost(LONG)
                    .until(() -> copies(replica).keySet().equals(Set.of("large")));
            assertEquals(8_000, replica.count(collection(idOf(replica, "large"))));
            assertEquals(order(primary, "large"), order(replica, "large"));
        }
    }

    /** Has asked for a repair, and does not read the answer. */
    private static Socket asked(Running proxy, String name) throws IOException {
        URI url = URI.create(proxy.api.url());
        Socket client = new Socket(url.getHost(), url.getPort());
        String body = "{\"instance\":\"replica\",\"force\":true}";
        String request = "POST /admin/collections/" + name + "/repair HTTP/1.1\r\nHost: localhost\r\n"
                + LocalAdmin.lines(LocalAdmin.IN_TARGET)
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    /** All ids, in the order in which reads and a delete's limit go through them. */
    private static JsonNode order(ChromaApi server, String name) {
        return server.records(collection(idOf(server, name)), Json.object("include", List.of()))
                .path("ids");
    }

    @Test
    void aReplacementThatEndedBetweenTwoStepsGoesOnAfterARestart() throws SQLException {
        List<String> names = List.of("set-aside", "unplaced", "unfinished", "done", "deleted");
        names.forEach(name -> {
            create(primary, name, "\"metadata\":null");
            primary.add(collection(idOf(primary, name)), records(0, 20, 3, 1));
        });
        Map<String, String> ids = new HashMap<>();
        try (Running proxy = new Running("chroma_proxy").serving()) {
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
        try (Running proxy = new Running("chroma_proxy").serving()) {
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
        try (Running proxy = new Running("chroma_proxy").serving()) {
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
        try (Running proxy = new Running("chroma_proxy").serving()) {
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
        try (Running proxy = new Running("another_log").serving()) {
            Awaitility.await("a side that differs")
                    .atMost(LONG)
                    .until(() -> proxy.reason("only-here").contains("other"));
            var listed = proxy.api
                    .post(resync.formatted("primary"), "{\"in_use\":true}")
                    .expect(409);
            assertTrue(
                    listed.json().toString().contains("default_tenant/default_database/only-here"), listed.toString());
            Awaitility.await("the consent that names it suffices")
                    .atMost(LONG)
                    .until(() -> proxy.api
                                    .post(
                                            resync.formatted("primary"),
                                            "{\"in_use\":true,\"lost\":[\"default_tenant/default_database/only-here\"]}")
                                    .status()
                            < 300);
            proxy.awaitStates(1, PlaceState.READY);
            assertEquals(20, proxy.api.count(collection("kept")));
            proxy.api.get(D + "/collections/only-here").expect(404);
        }
    }

    /** What a replacement does first. */
    private void aside(String name, Map<String, String> ids) {
        put(replica, name, "{\"new_name\":\"chroma-proxy-aside-" + ids.get(name) + "\"}");
    }

    /** The collections there: name → id. */
    private static Map<String, String> copies(ChromaApi server) {
        Map<String, String> copies = new HashMap<>();
        for (JsonNode collection : server.get(D + "/collections").expect(200).json()) {
            copies.put(collection.path("name").asText(), collection.path("id").asText());
        }
        return copies;
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
}
