package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Mapping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Normal operation with both instances healthy: the manual validation of use case 1, and what follows from it. */
@Timeout(900)
class UseCase1IT {
    /** Two document groups of three and two chunks, all kinds of metadata values, with and without uris. */
    private static final String GROUPS = """
            {"ids":["a1","a2","a3","b1","b2"],
             "embeddings":[[1,0,0.5],[0.9,0.1,0.25],[0.8,0.2,0],[0,1,1e-3],[0.1,0.9,-0.125]],
             "documents":["alpha one","alpha two","alpha three","beta one",null],
             "metadatas":[{"document_id":"alpha","page":1,"score":0.5,"final":true},
                          {"document_id":"alpha","page":2},{"document_id":"alpha","page":3},
                          {"document_id":"beta","page":1},{"document_id":"beta","title":"\\u00e9t\\u00e9 \\u2603"}],
             "uris":["u:a1",null,null,"u:b1",null]}""";

    private static Deployment deployment;
    private static ChromaApi proxy;

    @BeforeAll
    static void start(@TempDir Path directory) {
        deployment = Deployment.prepare(directory);
        proxy = deployment.startProxy().api();
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void aCreatedCollectionIsOnBothInstancesUnderIdsOfTheirOwn() {
        String publicId = proxy.create("created");

        Mapping mapping = Mapping.awaitComplete(proxy, "created");
        assertEquals(idOn(deployment.primary().api(), "created"), mapping.primaryId());
        assertEquals(idOn(deployment.replica().api(), "created"), mapping.replicaId());
        assertNotEquals(mapping.primaryId(), mapping.replicaId());
        for (int i = 0; i < 20; i++) {
            assertEquals(publicId, idOn(proxy, "created"), "whichever instance answers, clients see the public id");
        }
    }

    @Test
    void documentGroupsAreFoundAndDeletedAsGroups() {
        String path = collection(proxy.create("groups"));
        proxy.post(path + "/add", GROUPS).expect(201);

        assertEquals(List.of("a1", "a2", "a3"), idsWhere(path, "alpha"));
        var nearest = Json.object("query_embeddings", Json.array(Json.array(0, 1, 0)), "n_results", 2);
        JsonNode found = proxy.post(path + "/query", nearest).expect(200).json();
        assertEquals(
                List.of("b1", "b2"),
                List.copyOf(new TreeSet<>(Json.texts(found.path("ids").path(0)))));

        proxy.post(path + "/delete", "{\"where\":{\"document_id\":\"alpha\"}}").expect(200);

        assertEquals(List.of(), idsWhere(path, "alpha"));
        assertEquals(List.of("b1", "b2"), idsWhere(path, "beta"), "the other group is untouched");
        assertEquals(2, proxy.count(path));
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void deletingByIdsTakesThoseAndNoOthers() {
        String path = collection(proxy.create("selective"));
        proxy.post(path + "/add", GROUPS).expect(201);

        proxy.post(path + "/delete", "{\"ids\":[\"a2\",\"b1\",\"never-there\"]}")
                .expect(200);

        JsonNode left = proxy.records(path, Json.object());
        assertEquals(List.of("a1", "a3", "b2"), sorted(left.path("ids")));
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void aDeleteWithALimitTakesTheSameRecordsOnBothSides() {
        String path = collection(proxy.create("limited"));
        proxy.post(path + "/add", GROUPS).expect(201);

        var limited = Json.object("where", Json.object("document_id", "alpha"), "limit", 2);
        int status = proxy.post(path + "/delete", limited).status();

        assertTrue(status == 200 || status / 100 == 4, "taken, or refused by releases that know no limit: " + status);
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void updatesAndUpsertsMergeAsChromaDoesAndReachBothSides() {
        String path = collection(proxy.create("changed"));
        proxy.post(path + "/add", GROUPS).expect(201);

        proxy.post(path + "/update", "{\"ids\":[\"a1\",\"none\"],\"metadatas\":[{\"page\":9,\"score\":null},{}]}")
                .expect(200);
        proxy.post(
                        path + "/upsert",
                        "{\"ids\":[\"b2\",\"c1\"],\"embeddings\":[[1,1,1],[2,2,2]],"
                                + "\"documents\":[\"beta two\",\"gamma\"]}")
                .expect(200);

        JsonNode a1 = proxy.records(path, Json.object("ids", Json.array("a1")));
        assertEquals(9, a1.path("metadatas").path(0).path("page").asInt());
        assertFalse(a1.path("metadatas").path(0).has("score"), "a null deletes the key");
        assertEquals("alpha one", a1.path("documents").path(0).asText());
        assertEquals(6, proxy.count(path));
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void aCollectionMayBeCalledByItsNameOrAnyOfItsIdsInAnySpelling() {
        String publicId = proxy.create("spelled");
        Mapping mapping = Mapping.awaitComplete(proxy, "spelled");

        int expected = 0;
        for (String spelling : spellings(publicId, mapping)) {
            String path = collection(spelling);
            var record =
                    Json.object("ids", Json.array("r" + expected), "embeddings", Json.array(Json.array(1, expected)));
            proxy.post(path + "/add", record).expect(201);
            proxy.post(path + "/upsert", record).expect(200);
            proxy.post(path + "/update", record).expect(200);
            expected++;
            assertEquals(expected, proxy.count(path), spelling);
            assertEquals(
                    expected, proxy.records(path, Json.object()).path("ids").size(), spelling);
            proxy.post(path + "/query", Json.object("query_embeddings", Json.array(Json.array(1, 1)), "n_results", 1))
                    .expect(200);
            proxy.post(path + "/delete", "{\"ids\":[\"x\"]}").expect(200);
            assertEquals(publicId, proxy.get(path).expect(200).json().path("id").asText(), spelling);
        }
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void readsAreSpreadOverBothInstances() {
        String path = collection(proxy.create("spread"));
        proxy.post(path + "/add", GROUPS).expect(201);
        Deployment.awaitDrained(proxy);
        Map<String, Long> before = requestsByInstance();

        for (int i = 0; i < 60; i++) {
            assertEquals(5, proxy.count(path));
        }

        requestsByInstance()
                .forEach((name, requests) ->
                        assertTrue(requests > before.getOrDefault(name, 0L), name + " answered no read"));
    }

    private static List<String> spellings(String publicId, Mapping mapping) {
        return List.of(
                publicId,
                publicId.toUpperCase(Locale.ROOT),
                publicId.replace("-", ""),
                "%7B" + publicId + "%7D",
                "urn:uuid:" + publicId,
                mapping.primaryId(),
                mapping.primaryId().replace("-", "").toUpperCase(Locale.ROOT),
                mapping.replicaId(),
                mapping.replicaId().toUpperCase(Locale.ROOT),
                "spelled");
    }

    private static Map<String, Long> requestsByInstance() {
        Map<String, Long> requests = new TreeMap<>();
        for (JsonNode instance :
                proxy.get("/admin/instances").expect(200).json().path("instances")) {
            requests.put(
                    instance.path("name").asText(),
                    instance.path("total_requests").asLong());
        }
        assertEquals(2, requests.size());
        return requests;
    }

    private static String idOn(ChromaApi api, String name) {
        return api.get(collection(name)).expect(200).json().path("id").asText();
    }

    private static List<String> idsWhere(String path, String documentId) {
        JsonNode got = proxy.records(path, Json.object("where", Json.object("document_id", documentId)));
        return sorted(got.path("ids"));
    }

    private static List<String> sorted(JsonNode ids) {
        return Json.texts(ids).stream().sorted().toList();
    }
}
