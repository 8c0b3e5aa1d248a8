package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Resources alone change from phase to phase: the same requests succeed, and the log accounts for each of them. */
@Timeout(900)
class UseCase5IT {
    private static final int COLLECTIONS = 4;
    private long expected;
    private int round;

    @Test
    void theSixPhasesOfScalingByResourcesOnly(@TempDir Path directory) throws Exception {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess process = deployment.startProxy();
            ChromaApi proxy = process.api();
            for (int i = 0; i < COLLECTIONS; i++) {
                proxy.create("uc5-" + i);
                expected++;
            }

            // 1: baseline.
            load(proxy, 10);
            JsonNode first = scalability(proxy);

            // 2: connections to the instances are kept and used again.
            assertTrue(
                    first.at("/scalability_features/connection_pooling/enabled").asBoolean(), first.toString());
            load(proxy, 20);
            JsonNode second = scalability(proxy);
            assertMore("/performance_stats/hits", first, second);

            // 3: lanes instead of locks.
            JsonNode locking = second.at("/scalability_features/granular_locking");
            assertTrue(
                    locking.path("enabled").asBoolean()
                            && !locking.path("lock_types").isEmpty(),
                    second.toString());
            load(proxy, 20);
            assertMore("/performance_stats/lock_contention_avoided", second, scalability(proxy));

            // 4: both, and the bounds on concurrency: normal load, stress, 200 users.
            for (int users : List.of(15, 30, 200)) {
                load(proxy, users);
            }
            assertNothingRefused(proxy);

            proxy = scaleUp(process);

            // 6: what is there is what was done.
            deployment.assertEqualWhenDrained(proxy);
            long records = 0;
            for (int i = 0; i < COLLECTIONS; i++) {
                records += proxy.count(collection("uc5-" + i));
            }
            assertEquals(expected - COLLECTIONS, records);
        }
    }

    /** 5: more workers and memory, nothing else. */
    private ChromaApi scaleUp(ProxyProcess process) throws Exception {
        for (int factor : List.of(2, 4)) {
            process.terminate();
            process.set("MAX_WORKERS", Integer.toString(3 * factor));
            process.set("MAX_MEMORY_MB", Integer.toString(400 * factor));
            process.restart();
            JsonNode config = process.api().get("/status").expect(200).json().path("high_volume_config");
            assertEquals(3 * factor, config.path("max_workers").asInt());
            assertEquals(400 * factor, config.path("max_memory_mb").asInt());
            load(process.api(), 30);
            assertNothingRefused(process.api());
        }
        return process.api();
    }

    /** So many users write at once; the log's counts before and after match exactly. */
    private void load(ChromaApi proxy, int users) throws Exception {
        int now = round++;
        Users.awaitCompleted(proxy, expected);
        Users.atOnce(
                        users,
                        user -> proxy.post(
                                collection("uc5-" + user % COLLECTIONS) + "/add",
                                Json.object(
                                        "ids",
                                        Json.array(now + "-" + user),
                                        "embeddings",
                                        Json.array(Json.array(now, user)))))
                .forEach(answer -> answer.expect(201));
        expected += users;
        Users.awaitCompleted(proxy, expected);
    }

    private static JsonNode scalability(ChromaApi proxy) {
        return proxy.get("/admin/scalability_status").expect(200).json();
    }

    private static void assertMore(String figure, JsonNode before, JsonNode after) {
        assertTrue(after.at(figure).asLong() > before.at(figure).asLong(), figure + ": " + before + " " + after);
    }

    private static void assertNothingRefused(ChromaApi proxy) {
        JsonNode load = scalability(proxy).path("current_load");
        assertEquals(0, load.path("queue_full_rejections").asLong(), load.toString());
        assertEquals(0, load.path("timeout_requests").asLong(), load.toString());
    }
}
