package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.TENANT;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.chromaproxy.acceptance.harness.ChromaApi.database;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Mapping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tenants, databases and collections through the proxy: names, lists, errors, and what is protected. */
@Timeout(900)
class CatalogIT {
    private static final String ONE = "{\"ids\":[\"%s\"],\"embeddings\":[[1,2]]}";

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
    void aRenamedCollectionKeepsItsIdAndItsRecords() {
        String id = proxy.create("old-name");
        proxy.post(collection(id) + "/add", ONE.formatted("a")).expect(201);

        var change = Json.object("new_name", "new-name", "new_metadata", Json.object("owner", "cms", "year", 2026));
        proxy.put(collection(id), change).expect(200);

        proxy.get(collection("old-name")).expectError(404);
        JsonNode renamed = proxy.get(collection("new-name")).expect(200).json();
        assertEquals(id, renamed.path("id").asText());
        assertEquals("cms", renamed.path("metadata").path("owner").asText());
        assertEquals(1, proxy.count(collection("new-name")));
        assertTrue(Mapping.find(proxy, "old-name").isEmpty());
        assertTrue(Mapping.awaitComplete(proxy, "new-name").complete());
        deployment.assertEqualWhenDrained(proxy);
        InstanceDump.of(deployment.replica().api()).collection("new-name");
    }

    @Test
    void renamingByNameWorksAndTheFreedNameCanBeTakenAgain() {
        String first = proxy.create("taken");
        proxy.put(collection("taken"), Json.object("new_name", "moved")).expect(200);

        String second = proxy.create("taken");

        assertFalse(first.equals(second));
        proxy.post(collection("taken") + "/add", ONE.formatted("second")).expect(201);
        assertEquals(0, proxy.count(collection(first)));
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void metadataIsReplacedAsAWhole() {
        String id = proxy.create("described");
        proxy.put(collection(id), Json.object("new_metadata", Json.object("a", 1, "b", 2)))
                .expect(200);
        proxy.put(collection(id), Json.object("new_metadata", Json.object("c", true)))
                .expect(200);

        assertEquals(
                Json.object("c", true),
                proxy.get(collection("described")).expect(200).json().path("metadata"));
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void theSameNameInTwoDatabasesIsTwoCollections() {
        String left = database("default_tenant", "left");
        String right = database("default_tenant", "right");
        proxy.post(TENANT + "/databases", "{\"name\":\"left\"}").expect(200);
        proxy.post(TENANT + "/databases", "{\"name\":\"right\"}").expect(200);
        proxy.create(left, "twin");
        proxy.create(right, "twin");

        proxy.post(left + "/collections/twin/add", ONE.formatted("l")).expect(201);
        proxy.post(right + "/collections/twin/add", ONE.formatted("r")).expect(201);
        proxy.post(right + "/collections/twin/add", ONE.formatted("r2")).expect(201);

        assertEquals(1, proxy.count(left + "/collections/twin"));
        assertEquals(2, proxy.count(right + "/collections/twin"));
        proxy.delete(left + "/collections/twin").expect(200);
        proxy.get(left + "/collections/twin").expectError(404);
        assertEquals(2, proxy.count(right + "/collections/twin"));
        proxy.delete(right).expect(200);
        proxy.get(right).expectError(404);
        proxy.delete(right).expectError(404);
        deployment.assertEqualWhenDrained(proxy);
        assertTrue(Mapping.find(proxy, "right", "twin").isEmpty(), "a database takes its collections with it");
    }

    @Test
    void tenantsAreMadeOnBothSides() {
        proxy.post("/api/v2/tenants", "{\"name\":\"acme\"}").expect(200);
        proxy.post("/api/v2/tenants", "{\"name\":\"acme\"}").expectError(409);
        proxy.post("/api/v2/tenants/acme/databases", "{\"name\":\"stock\"}").expect(200);
        String id = proxy.create(database("acme", "stock"), "parts");
        proxy.post(database("acme", "stock") + "/collections/" + id + "/add", ONE.formatted("p"))
                .expect(201);

        deployment.assertEqualWhenDrained(proxy, "acme");
        assertTrue(InstanceDump.of(deployment.replica().api(), "acme")
                .collections()
                .containsKey("acme/stock/parts"));
        proxy.get("/api/v2/tenants/nobody").expectError(404);
    }

    @Test
    void listsArePagedInOneOrderWhoeverAnswers() {
        proxy.post(TENANT + "/databases", "{\"name\":\"paged\"}").expect(200);
        String paged = database("default_tenant", "paged");
        List<String> created = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            created.add(proxy.create(paged, "page-" + i));
        }
        List<String> sorted = created.stream().sorted().toList();
        Deployment.awaitDrained(proxy);

        for (int repeat = 0; repeat < 10; repeat++) {
            assertEquals(sorted, listed(paged + "/collections"));
            List<String> pages = new ArrayList<>();
            for (int offset = 0; offset < 12; offset += 4) {
                pages.addAll(listed(paged + "/collections?limit=4&offset=" + offset));
            }
            assertEquals(sorted, pages, "pages neither overlap nor leave gaps");
            assertEquals(
                    9,
                    proxy.get(paged + "/collections_count").expect(200).json().asInt());
        }
        assertEquals(List.of(), listed(paged + "/collections?limit=4&offset=100"));
    }

    @Test
    void errorsNameTheCollectionAsClientsKnowIt() {
        String id = proxy.create("short-lived");
        proxy.post(collection(id) + "/add", ONE.formatted("a")).expect(201);
        Mapping mapping = Mapping.awaitComplete(proxy, "short-lived");

        proxy.post(D + "/collections", "{\"name\":\"short-lived\"}").expectError(409);
        withoutInstanceIds(
                proxy.post(collection(id) + "/add", "{\"ids\":[\"b\"],\"embeddings\":[[1,2,3]]}")
                        .expectError(400),
                mapping);
        withoutInstanceIds(
                proxy.post(collection(id) + "/add", "{\"ids\":[\"b\"]}").expectError(422), mapping);
        proxy.delete(collection("short-lived")).expect(200);
        proxy.delete(collection("short-lived")).expectError(404);
        for (String call : List.of("/get", "/query", "/add", "/upsert", "/update", "/delete")) {
            String body = call.equals("/query") ? "{\"query_embeddings\":[[1,2]]}" : ONE.formatted("a");
            Answer refused = proxy.post(collection(id) + call, body).expectError(404);
            assertTrue(refused.text().contains(id), refused.toString());
            withoutInstanceIds(refused, mapping);
        }
        withoutInstanceIds(proxy.get(collection(id) + "/count").expectError(404), mapping);
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void theGlobalCollectionCannotBeDeletedNorRenamedNorCanItsDatabase() {
        String id = proxy.create("global");
        proxy.post(collection("global") + "/add", ONE.formatted("a")).expect(201);
        Mapping mapping = Mapping.awaitComplete(proxy, "global");

        for (String called : List.of("global", id, mapping.primaryId(), mapping.replicaId())) {
            explainsProtection(proxy.delete(collection(called)));
            explainsProtection(proxy.put(collection(called), Json.object("new_name", "mine")));
        }
        explainsProtection(proxy.delete(D));
        assertEquals(1, proxy.count(collection("global")));
        proxy.put(collection(id), Json.object("new_metadata", Json.object("described", true)))
                .expect(200);
        proxy.post(collection(id) + "/delete", "{\"ids\":[\"a\"]}").expect(200);
        assertEquals(0, proxy.count(collection("global")), "its records are not protected");
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void resetIsRefusedAndTouchesNothing() {
        proxy.create("survivor");

        proxy.post("/api/v2/reset", "{}").expectError(403);
        proxy.send("POST", "/api/v2/reset", null).expectError(403);

        proxy.get(collection("survivor")).expect(200);
    }

    @Test
    void headAnswersAsGetDoesWithoutABody() {
        proxy.create("headed");
        for (String path : List.of(D + "/collections", collection("headed"), TENANT, "/api/v2/version")) {
            Answer head = proxy.send("HEAD", path, null).expect(200);
            assertEquals(0, head.body().length, path);
            assertEquals(
                    Integer.toString(proxy.get(path).expect(200).body().length), head.header("content-length"), path);
        }
        proxy.send("HEAD", collection("nobody-has-this"), null).expect(404);
    }

    @Test
    void serverRoutesAnswerAsABareServerDoes() {
        ChromaApi bare = deployment.primary().api();
        for (String path : List.of(
                "/api/v2/version",
                "/api/v2/auth/identity",
                "/api/v2/pre-flight-checks",
                "/api/v2/healthcheck",
                TENANT,
                TENANT + "/databases?limit=1",
                D,
                "/api/v1/heartbeat",
                "/api/v2/tenants/nobody/databases/nothing",
                D + "/collections/no-such-collection")) {
            Answer wanted = bare.get(path);
            Answer got = proxy.get(path).expect(wanted.status());
            assertEquals(asTheNewestSays(wanted.text()), got.text(), path);
            assertEquals(wanted.header("content-type"), got.header("content-type"), path);
        }
        assertTrue(proxy.get("/api/v2/heartbeat").expect(200).json().has("nanosecond heartbeat"));
        proxy.get("/api/v2/no/such/route").expectError(404);
        String unknown = "00000000-0000-4000-8000-000000000001";
        assertEquals(
                asTheNewestSays(bare.get(collection(unknown) + "/count").text()),
                proxy.get(collection(unknown) + "/count").expectError(404).text());
        assertEquals(405, proxy.send("PATCH", D + "/collections", "{}").status());
    }

    /** Which collections exist is told by the proxy, in the newest release's words; 1.0.5 has one letter more. */
    private static String asTheNewestSays(String text) {
        return text.replace("] does not exists", "] does not exist");
    }

    private static void explainsProtection(Answer answer) {
        String message = answer.expectError(403).json().path("message").asText();
        assertTrue(message.toLowerCase(Locale.ROOT).contains("protected"), message);
        assertTrue(message.contains("global"), message);
    }

    private static void withoutInstanceIds(Answer answer, Mapping mapping) {
        assertFalse(answer.text().contains(mapping.primaryId()), answer.toString());
        assertFalse(answer.text().contains(mapping.replicaId()), answer.toString());
    }

    private static List<String> listed(String path) {
        List<String> ids = new ArrayList<>();
        proxy.get(path).expect(200).json().forEach(one -> ids.add(one.path("id").asText()));
        return ids;
    }
}
