package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Operator;

/** The guided protocol of use cases 2 and 3: the requests of a CMS and of its operator around an instance's outage. */
final class OutageProtocol {
    /** Collections that stand at the end; {@code global} is the protected one. */
    static final List<String> STANDING = List.of("global", "UC_CREATE_TEST", "UC_ADDITIONAL");

    private static final String DOCUMENTS = """
            {"ids":["old-1","old-2","old-3"],"embeddings":[[1,0,0],[0,1,0],[0,0,1]],
             "documents":["first","second","third"],
             "metadatas":[{"document_id":"doc-a"},{"document_id":"doc-a"},{"document_id":"doc-b"}]}""";

    private final Deployment deployment;
    private final ChromaApi proxy;
    private final Operator operator;

    OutageProtocol(Deployment deployment, ChromaApi proxy) {
        this.deployment = deployment;
        this.proxy = proxy;
        this.operator = new Operator(proxy);
    }

    /** Step 1: both instances healthy, and what was there before. */
    void prepare() {
        operator.awaitHealthy(true, true);
        proxy.create("UC_DOOMED");
        String global = collection(proxy.create("global"));
        proxy.post(global + "/add", DOCUMENTS).expect(201);
        deployment.assertEqualWhenDrained(proxy);
    }

    /** Step 3: everything a CMS does, with an instance gone a moment ago; each answer is as ever. */
    void operateDuringTheOutage() {
        String created = collection(proxy.create("UC_CREATE_TEST"));
        proxy.post(created + "/add", DOCUMENTS).expect(201);
        assertEquals(
                "second",
                nearest(created, Json.array(0, 1, 0)).at("/documents/0/0").asText());
        collection(proxy.create("UC_ADDITIONAL"));

        String global = collection("global");
        proxy.post(
                        global + "/upsert",
                        "{\"ids\":[\"new-1\",\"old-3\"],\"embeddings\":[[1,1,0],[0,0,2]],"
                                + "\"documents\":[\"uploaded\",\"third, changed\"]}")
                .expect(200);
        proxy.post(global + "/update", "{\"ids\":[\"new-1\"],\"metadatas\":[{\"document_id\":\"doc-c\"}]}")
                .expect(200);
        assertEquals(
                "uploaded",
                nearest(global, Json.array(1, 1, 0)).at("/documents/0/0").asText());
        proxy.post(global + "/delete", "{\"where\":{\"document_id\":\"doc-a\"}}")
                .expect(200);
        proxy.post(created + "/delete", "{\"ids\":[\"old-1\"]}").expect(200);
        proxy.delete(D + "/collections/UC_DOOMED").expect(200);
        asLeft();
    }

    /** What the clients see after all that, during the outage as after it. */
    void asLeft() {
        JsonNode found = proxy.post(collection("global") + "/get", "{\"include\":[\"documents\"]}")
                .expect(200)
                .json();
        assertEquals(List.of("new-1", "old-3"), List.copyOf(new TreeSet<>(Json.texts(found.path("ids")))));
        assertEquals(2, proxy.count(collection("UC_CREATE_TEST")));
        assertEquals(0, proxy.count(collection("UC_ADDITIONAL")));
        assertEquals(404, proxy.get(collection("UC_DOOMED")).status());
        TreeSet<String> names = new TreeSet<>();
        proxy.get(D + "/collections")
                .expect(200)
                .json()
                .forEach(each -> names.add(each.path("name").asText()));
        assertEquals(new TreeSet<>(STANDING), names);
    }

    private JsonNode nearest(String path, JsonNode embedding) {
        return proxy.post(path + "/query", Json.object("query_embeddings", Json.array(embedding), "n_results", 1))
                .expect(200)
                .json();
    }

    /** Step 5: each side is asked directly, under the ids that the mappings tell. */
    void verifyBothSides() {
        Deployment.awaitDrained(proxy);
        for (String name : STANDING) {
            JsonNode mapping = operator.mapping(name);
            assertEquals("complete", mapping.path("status").asText(), mapping.toString());
            assertEquals(
                    documents(deployment.primary(), mapping.path("primary_collection_id")),
                    documents(deployment.replica(), mapping.path("replica_collection_id")),
                    name);
        }
        for (ChromaInstance side : List.of(deployment.primary(), deployment.replica())) {
            assertEquals(404, side.api().get(collection("UC_DOOMED")).status());
        }
        deployment.assertEqualWhenDrained(proxy);
        asLeft();
    }

    private static Set<String> documents(ChromaInstance side, JsonNode id) {
        JsonNode found = side.api()
                .post(collection(id.asText()) + "/get", "{\"include\":[\"documents\"]}")
                .expect(200)
                .json();
        Set<String> documents = new TreeSet<>();
        for (int i = 0; i < found.path("ids").size(); i++) {
            documents.add(found.path("ids").path(i).asText() + ": "
                    + found.path("documents").path(i).asText());
        }
        return documents;
    }
}
