package org.chromaproxy.acceptance;

import static org.awaitility.Awaitility.await;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Chroma 1.5.9 leaves array-valued metadata behind with a deleted collection, and records that come later inherit it, other ones
 * on every server. Through the proxy none does.
 */
@Timeout(900)
class GhostMetadataIT {
    private static final int RECORDS = 8;
    private static final String DATABASES = ChromaApi.TENANT + "/databases";

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

    private static String records(String tag) {
        StringBuilder ids = new StringBuilder();
        StringBuilder embeddings = new StringBuilder();
        StringBuilder metadatas = new StringBuilder();
        for (int i = 0; i < RECORDS; i++) {
            String comma = i == 0 ? "" : ",";
            ids.append(comma).append("\"r").append(i).append('"');
            embeddings.append(comma).append("[1,2]");
            metadatas
                    .append(comma)
                    .append(tag.isEmpty() ? "{\"n\":" + i + "}" : "{\"tags\":[\"" + tag + "\",\"" + i + "\"]}");
        }
        return "{\"ids\":[" + ids + "],\"embeddings\":[" + embeddings + "],\"metadatas\":[" + metadatas + "]}";
    }

    /** With array metadata; not every release takes it. */
    private static void fill(String path, String tag) {
        Answer answer = proxy.post(path + "/add", records(tag));
        assumeTrue(answer.status() != 422, "this release has no array-valued metadata");
        answer.expect(201);
    }

    private static void assertNoGhosts(ChromaApi server, String path) {
        JsonNode metadatas = server.records(path, Json.object("include", Json.array("metadatas")))
                .path("metadatas");
        assertEquals(RECORDS, metadatas.size());
        metadatas.forEach(each -> assertEquals(1, each.size(), () -> server.url() + " has " + each));
    }

    /** Both servers have rows to give that others left. */
    private static void assertNewRecordsInheritNothing(String database) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> deployment
                        .log()
                        .look("SELECT name FROM chroma_proxy.collection_purge")
                        .isEmpty());
        String fresh = proxy.create(DATABASES + "/" + database, "fresh");
        String path = DATABASES + "/" + database + "/collections/" + fresh;
        proxy.post(path + "/add", records("")).expect(201);
        Deployment.awaitDrained(proxy);
        assertNoGhosts(proxy, path);
        for (ChromaApi each : new ChromaApi[] {
            deployment.primary().api(), deployment.replica().api()
        }) {
            String id = each.get(DATABASES + "/" + database + "/collections/fresh")
                    .expect(200)
                    .json()
                    .path("id")
                    .asText();
            assertNoGhosts(each, DATABASES + "/" + database + "/collections/" + id);
        }
        proxy.delete(DATABASES + "/" + database + "/collections/fresh").expect(200);
    }

    @Test
    void recordsInheritNothingOfDeletedCollections() {
        for (String name : new String[] {"one", "two", "three"}) {
            fill(collection(proxy.create(name)), name);
        }
        Deployment.awaitDrained(proxy);
        for (String name : new String[] {"two", "one", "three"}) {
            proxy.delete(collection(name)).expect(200);
            proxy.get(collection(name)).expectError(404);
        }
        assertNewRecordsInheritNothing("default_database");
    }

    @Test
    void recordsInheritNothingOfDeletedDatabases() {
        String database = "ghosts";
        proxy.post(DATABASES, Json.object("name", database)).expect(200);
        for (String name : new String[] {"one", "two"}) {
            fill(DATABASES + "/" + database + "/collections/" + proxy.create(DATABASES + "/" + database, name), name);
        }
        Deployment.awaitDrained(proxy);
        proxy.delete(DATABASES + "/" + database).expect(200);
        proxy.get(DATABASES + "/" + database).expectError(404);
        proxy.post(DATABASES, Json.object("name", database)).expect(200);
        assertNewRecordsInheritNothing(database);
    }
}
