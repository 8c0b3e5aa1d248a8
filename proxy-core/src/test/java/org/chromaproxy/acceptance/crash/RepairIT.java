package org.chromaproxy.acceptance.crash;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Operator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A collection that differs on one instance is copied there anew, while clients go on writing. */
@Timeout(900)
class RepairIT {
    private static Deployment deployment;
    private static ChromaApi proxy;
    private static Operator operator;

    @BeforeAll
    static void start(@TempDir Path directory) {
        deployment = Deployment.prepare(directory);
        proxy = deployment.startProxy().api();
        operator = new Operator(proxy);
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void aCollectionThatVanishedBehindTheProxysBackIsThereAgain() {
        String path = filled("vanished");
        deployment.replica().api().delete(D + "/collections/vanished").expect(200);
        proxy.add(path, record("noticed"));
        Awaitility.await("it has diverged")
                .atMost(Duration.ofSeconds(30))
                .until(() -> operator.instance("replica").path("lanes_diverged").asInt() == 1);

        operator.repair("vanished", "replica", false).expect(200);

        assertEquals(0, operator.instance("replica").path("lanes_diverged").asInt());
        proxy.add(path, record("after"));
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    void recordsChangedBehindTheProxysBackArePutRightByForceWhileClientsWrite() {
        String path = filled("changed");
        ChromaApi replica = deployment.replica().api();
        replica.post(collectionOn(replica, "changed") + "/delete", "{\"ids\":[\"r1\"]}")
                .expect(200);
        replica.add(collectionOn(replica, "changed"), record("unasked"));
        Answer refused = operator.repair("changed", "replica", false);
        assertEquals(409, refused.status());
        assertTrue(refused.text().contains("not known to differ"), refused.text());

        Thread writer = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 100; i++) {
                proxy.add(path, record("w" + i));
            }
        });
        operator.repair("changed", "replica", true).expect(200);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !writer.isAlive());

        deployment.assertEqualWhenDrained(proxy);
        assertEquals(120, replica.count(collectionOn(replica, "changed")));
        assertEquals(120, proxy.count(path));
    }

    @Test
    void theLeadersCopyIsTheOneThatCounts() {
        filled("led");
        Answer refused = operator.repair("led", "primary", true);
        assertEquals(409, refused.status());
        assertTrue(refused.text().contains("led by primary"), refused.text());
        assertEquals(400, operator.repair("led", "nobody", true).status());
        assertEquals(404, operator.repair("unheard-of", "replica", true).status());
        deployment.assertEqualWhenDrained(proxy);
    }

    private static String filled(String name) {
        String path = collection(proxy.create(name));
        for (int i = 0; i < 20; i++) {
            proxy.add(path, record("r" + i));
        }
        Deployment.awaitDrained(proxy);
        return path;
    }

    private static String collectionOn(ChromaApi instance, String name) {
        return collection(
                instance.get(collection(name)).expect(200).json().path("id").asText());
    }

    private static JsonNode record(String id) {
        return Json.object(
                "ids", Json.array(id), "embeddings", Json.array(Json.array(5, 6)), "documents", Json.array("of " + id));
    }
}
