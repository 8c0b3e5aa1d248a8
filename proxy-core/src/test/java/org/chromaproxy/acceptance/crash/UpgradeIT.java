package org.chromaproxy.acceptance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.PythonClient;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.ChromaRelease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers are upgraded in place, from the oldest supported release to the newest, while clients go on. */
@Timeout(900)
class UpgradeIT {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeIT.class);
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int WRITERS = 4;
    private static final List<String> COLLECTIONS = List.of("books", "notes");
    private static final String LIST =
            "{\"ids\":[\"list\"],\"embeddings\":[[1,2]],\"metadatas\":[{\"tags\":[\"a\",\"b\"]}],\"documents\":null}";

    @TempDir
    private Path folder;

    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicLong longestNanos = new AtomicLong();

    @Test
    void oneServerAfterTheOtherIsUpgradedUnderLoadAndNothingIsLost() throws Exception {
        ChromaInstallation newest = ChromaInstallation.ensure(ChromaRelease.NEWEST);
        try (Deployment deployment = Deployment.prepare(folder, ChromaRelease.OLDEST, ChromaRelease.OLDEST);
                ExecutorService clients = Executors.newFixedThreadPool(WRITERS + 1);
                // First, or a failure waits for clients that never end.
                Closeable _ = () -> enough.set(true)) {
            ChromaApi proxy = deployment.startProxy().api();
            COLLECTIONS.forEach(name -> create(proxy, Json.object("name", name)).expect(200));
            List<Ledger> ledgers = new ArrayList<>();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                Ledger ledger = new Ledger(i, COLLECTIONS, 17);
                ledgers.add(ledger);
                running.add(clients.submit(() -> write(proxy, ledger)));
            }
            running.add(clients.submit(() -> makeCollections(proxy)));
            progress();

            deployment.replica().upgrade(newest);
            awaitUpgraded(proxy, 1);
            progress();
            whatOnlyOneServerCanDoIsRefused(proxy);
            deployment.primary().upgrade(newest);
            awaitUpgraded(proxy, 0);
            await("equal releases")
                    .atMost(SOON)
                    .until(() -> !releases(proxy).path("mixed").asBoolean());
            progress();

            enough.set(true);
            for (Future<?> each : running) {
                each.get();
            }
            proxy.post(ChromaApi.collection("books") + "/add", LIST).expect(201);
            create(proxy, Json.object("name", "with-schema", "schema", schema()))
                    .expect(200);
            deployment.assertEqualWhenDrained(proxy);
            check(deployment, ledgers);
            assertEquals(0, status(proxy, 0).path("lanes_diverged").asInt(-1));
            assertEquals(0, status(proxy, 1).path("lanes_diverged").asInt(-1));
            theClientCannotTell(deployment, proxy, newest);
        }
    }

    /** What it does to records, on servers that were upgraded under it, is the same as on a new one. */
    private void theClientCannotTell(Deployment deployment, ChromaApi proxy, ChromaInstallation newest)
            throws Exception {
        try (ChromaInstance bare = ChromaInstance.start(Files.createDirectory(folder.resolve("bare")), newest)) {
            PythonClient client = new PythonClient(folder, bare.url(), proxy.url());
            client.assertSame(100, "client_transcript.py", "plain");
            client.assertSame(100, "client_transcript.py", "async");
        }
        deployment.assertEqualWhenDrained(proxy);
    }

    private void check(Deployment deployment, List<Ledger> ledgers) {
        InstanceDump primary = InstanceDump.of(deployment.primary().api());
        InstanceDump replica = InstanceDump.of(deployment.replica().api());
        for (Ledger ledger : ledgers) {
            assertEquals(List.of(), ledger.violations(primary));
            assertEquals(List.of(), ledger.violations(replica));
            assertEquals(0, ledger.unanswered(), "requests without a definite answer");
        }
        for (int i = 0; i < made.get(); i++) {
            assertEquals(1, primary.collection("made-" + i).records().size());
        }
        assertTrue(replica.collection("books").records().containsKey("list"));
        assertFalse(replica.collection("with-schema").settings().path("schema").isMissingNode());
        LOG.info(
                "{} writes and {} collections acknowledged, the longest wait {} ms",
                written,
                made,
                longestNanos.get() / 1_000_000);
    }

    private void write(ChromaApi proxy, Ledger ledger) {
        while (!enough.get()) {
            long began = System.nanoTime();
            ledger.writeOnce(proxy);
            longestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
            written.incrementAndGet();
        }
    }

    private void makeCollections(ChromaApi proxy) {
        while (!enough.get()) {
            String name = "made-" + made.get();
            create(proxy, Json.object("name", name, "metadata", Json.object("k", 1)))
                    .expect(200);
            proxy.post(ChromaApi.collection(name) + "/add", "{\"ids\":[\"a\"],\"embeddings\":[[1,2,3]]}")
                    .expect(201);
            proxy.post(ChromaApi.collection(name) + "/get", "{}").expect(200);
            made.incrementAndGet();
        }
    }

    /** Load goes on: some more writes and collections are acknowledged. */
    private void progress() {
        int writes = written.get();
        int collections = made.get();
        await("progress").atMost(SOON).until(() -> written.get() >= writes + 100 && made.get() >= collections + 3);
    }

    private void whatOnlyOneServerCanDoIsRefused(ChromaApi proxy) {
        await("mixed releases")
                .atMost(SOON)
                .until(() -> releases(proxy).path("mixed").asBoolean());
        assertEquals(
                422, proxy.post(ChromaApi.collection("books") + "/add", LIST).status());
        assertEquals(
                422,
                create(proxy, Json.object("name", "with-schema", "schema", schema()))
                        .status());
        assertEquals(
                422,
                proxy.post(
                                ChromaApi.collection("books") + "/delete",
                                "{\"where\":{\"tags\":{\"$contains\":\"nothing\"}}}")
                        .status());
        assertEquals(
                422,
                proxy.post(
                                ChromaApi.collection("books") + "/upsert",
                                "{\"ids\":[\"x\"],\"embeddings\":[[1,2]],\"metadatas\":[{\"#x\":1}]}")
                        .status());
        assertFalse(status(proxy, 0).path("capabilities").path("list_metadata").asBoolean(true));
        assertTrue(status(proxy, 1).path("capabilities").path("list_metadata").asBoolean());
        assertEquals(5, releases(proxy).path("differences").size(), "in what 1.0.5 and 1.5.9 differ");
    }

    /** As docs/upgrade.md says when to go on. Under load there is always something that is not yet applied. */
    private static void awaitUpgraded(ChromaApi proxy, int instance) {
        await("the upgraded server is known as such, and keeps in step")
                .atMost(SOON)
                .until(() -> {
                    JsonNode status = status(proxy, instance);
                    return status.path("capabilities").path("list_metadata").asBoolean()
                            && status.path("redundant").asBoolean();
                });
    }

    private static Answer create(ChromaApi proxy, JsonNode body) {
        return proxy.post(ChromaApi.D + "/collections", body);
    }

    private static JsonNode schema() {
        return Json.parse("""
            {"defaults":{"string":{"string_inverted_index":{"enabled":false,"config":{}}}},"keys":{}}\
            """.getBytes(UTF_8));
    }

    private static JsonNode releases(ChromaApi proxy) {
        return proxy.get("/status").expect(200).json().path("releases");
    }

    private static JsonNode status(ChromaApi proxy, int instance) {
        return proxy.get("/status").expect(200).json().path("instances").path(instance);
    }
}
