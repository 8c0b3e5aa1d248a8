package org.chromaproxy.acceptance.crash;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An instance comes back on an empty disk: it answers every probe and knows nothing. */
@Timeout(900)
class ReplacedInstanceIT {
    private static final String TWO = "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1,2],[3,4]]}";

    @Test
    void aReplicaReplacedByAnEmptyOneIsReportedAndNeitherReadNorWritten(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment.startProxy().api();
            String path = fill(deployment, proxy);

            deployment.replica().replaceByEmpty();

            awaitNeedsResync(proxy, "replica");
            servesFromTheOther(proxy, path);
            assertEquals(0, collections(deployment.replica().api()), "nothing is written to it as if it were well");
        }
    }

    @Test
    void aPrimaryReplacedByAnEmptyOneIsReportedAndTheReplicaServes(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment.startProxy().api();
            String path = fill(deployment, proxy);

            deployment.primary().replaceByEmpty();

            awaitNeedsResync(proxy, "primary");
            for (int i = 0; i < 20; i++) {
                assertEquals(2, proxy.count(path), "not read from the empty one");
            }
            assertEquals(0, collections(deployment.primary().api()));
        }
    }

    @Test
    void anInstanceReplacedWhileTheProxyWasStoppedIsFoundOutAtStart(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            var process = deployment.startProxy();
            String path = fill(deployment, process.api());
            process.kill9();

            deployment.replica().replaceByEmpty();
            process.restart();

            awaitNeedsResync(process.api(), "replica");
            servesFromTheOther(process.api(), path);
            assertEquals(0, collections(deployment.replica().api()));
        }
    }

    @Test
    void aLeaderReplacedWhileTheProxyWasStoppedIsFoundOutAtStartAndTheOtherLeads(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            var process = deployment.startProxy();
            String path = fill(deployment, process.api());
            process.kill9();

            deployment.primary().replaceByEmpty();
            process.restart();

            awaitNeedsResync(process.api(), "primary");
            servesFromTheOther(process.api(), path);
            assertEquals(0, collections(deployment.primary().api()));
        }
    }

    private static String fill(Deployment deployment, ChromaApi proxy) {
        String path = collection(proxy.create("kept"));
        proxy.post(path + "/add", TWO).expect(201);
        deployment.assertEqualWhenDrained(proxy);
        return path;
    }

    private static void awaitNeedsResync(ChromaApi proxy, String name) {
        Awaitility.await(name + " reported as needing a resync")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> needsResync(proxy, name));
    }

    /** Whatever field carries it, operators must find the words beside the instance's name. */
    private static boolean needsResync(ChromaApi proxy, String name) {
        JsonNode instances = proxy.get("/admin/instances").expect(200).json().path("instances");
        for (JsonNode instance : instances) {
            if (instance.path("name").asText().equals(name)) {
                String told = instance.toString().replace('_', ' ').toLowerCase(Locale.ROOT);
                return told.contains("needs resync")
                        && !instance.path("healthy").asBoolean(true);
            }
        }
        return false;
    }

    private static void servesFromTheOther(ChromaApi proxy, String path) {
        for (int i = 0; i < 20; i++) {
            assertEquals(2, proxy.count(path), "not read from the empty one");
        }
        proxy.add(path, Json.object("ids", Json.array("c"), "embeddings", Json.array(Json.array(5, 6))));
        assertEquals(3, proxy.count(path));
        assertTrue(proxy.get(D + "/collections/kept").isSuccess());
    }

    private static long collections(ChromaApi instance) {
        return InstanceDump.of(instance).collections().keySet().stream()
                .filter(name -> !name.endsWith("/"))
                .count();
    }
}
