package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Mapping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many users at the same moment, with the predecessor's bounds of 30 requests under way and a queue behind them. */
@Timeout(900)
class UseCase4IT {
    private static final int CREATIONS = 30;
    private static final int USERS = 200;
    private static final int DOCUMENTS = 50;

    @Test
    void everythingUsersDoAtOnceSucceedsAndIsAccountedFor(@TempDir Path directory) throws Exception {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment
                    .startProxy("MAX_CONCURRENT_REQUESTS", "30", "REQUEST_QUEUE_SIZE", "200")
                    .api();
            JsonNode config = proxy.get("/status").expect(200).json().path("high_volume_config");
            assertEquals(30, config.path("max_concurrent_requests").asInt());
            assertEquals(200, config.path("request_queue_size").asInt());
            long before = Users.transactions(proxy, "COMPLETED");

            List<Answer> created =
                    Users.atOnce(CREATIONS, user -> proxy.post(D + "/collections", Json.object("name", "uc4-" + user)));
            Set<String> ids = new TreeSet<>();
            for (int i = 0; i < CREATIONS; i++) {
                String id = created.get(i).expect(200).json().path("id").asText();
                ids.add(id);
                JsonNode read = proxy.get(collection("uc4-" + i)).expect(200).json();
                assertEquals(id, read.path("id").asText());
                assertTrue(Mapping.awaitComplete(proxy, "uc4-" + i).complete());
            }
            assertEquals(CREATIONS, ids.size());
            Users.awaitCompleted(proxy, before + CREATIONS);

            Users.atOnce(CREATIONS, user -> proxy.post(collection("uc4-" + user) + "/add", documents()))
                    .forEach(answer -> answer.expect(201));
            Users.awaitCompleted(proxy, before + 2 * CREATIONS);

            Users.atOnce(USERS, user -> serve(proxy, user)).forEach(count -> assertTrue(count > DOCUMENTS));
            Users.awaitCompleted(proxy, before + 2 * CREATIONS + USERS);

            assertNothingRefused(proxy);
            deployment.assertEqualWhenDrained(proxy);
            int records = 0;
            for (int i = 0; i < CREATIONS; i++) {
                records += deployment
                        .primary()
                        .api()
                        .records(
                                collection(
                                        Mapping.awaitComplete(proxy, "uc4-" + i).primaryId()),
                                Json.object())
                        .path("ids")
                        .size();
            }
            assertEquals(CREATIONS * DOCUMENTS + USERS, records);
        }
    }

    private static void assertNothingRefused(ChromaApi proxy) {
        JsonNode load = proxy.get("/status").expect(200).json().path("concurrency_details");
        assertEquals(0, load.path("queue_full_rejections").asInt(), load.toString());
        assertEquals(0, load.path("timeout_requests").asInt(), load.toString());
        assertEquals(0, load.path("processing_failures").asInt(), load.toString());
    }

    private static JsonNode documents() {
        var ids = Json.array();
        var embeddings = Json.array();
        for (int i = 0; i < DOCUMENTS; i++) {
            ids.add("d" + i);
            embeddings.add(Json.array(i, 1, 0.5));
        }
        return Json.object("ids", ids, "embeddings", embeddings);
    }

    /** One user's upload, read back at once; how many records it sees. */
    private static int serve(ChromaApi proxy, int user) {
        String path = collection("uc4-" + user % CREATIONS);
        proxy.add(
                path, Json.object("ids", Json.array("user-" + user), "embeddings", Json.array(Json.array(1, 2, user))));
        JsonNode own = proxy.records(path, Json.object("ids", Json.array("user-" + user)));
        assertEquals(1, own.path("ids").size(), "a user reads what it wrote");
        return proxy.count(path);
    }
}
