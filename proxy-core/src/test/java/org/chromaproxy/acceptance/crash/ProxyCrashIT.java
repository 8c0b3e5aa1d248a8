package org.chromaproxy.acceptance.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The proxy is killed, again and again, while clients write. Nothing reads embeddings meanwhile: on a bare Chroma server
 * such a read, at the same time as an update of a missing id and an add of it, can leave the update's embedding there.
 */
@Timeout(900)
class ProxyCrashIT {
    private static final int WRITERS = 8;
    private static final int CRASHES = 4;
    /** Acknowledged writes between two crashes: enough for batches in every stage to be cut off. */
    private static final int WRITES_BETWEEN = 150;
    /** Clients that create collections at once, so that several creates are in doubt at each crash. */
    private static final int CREATORS = 12;

    private static final int CREATES_BETWEEN = 60;

    private static final List<String> COLLECTIONS = List.of("crash-one", "crash-two", "crash-three");

    @Test
    void noAcknowledgedWriteIsLostAndNoDeletedRecordReturns(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess proxy = deployment.startProxy();
            COLLECTIONS.forEach(proxy.api()::create);
            List<Ledger> ledgers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                ledgers.add(new Ledger(i, COLLECTIONS, seed));
            }

            crashUnderLoad(proxy, ledgers);

            deployment.assertEqualWhenDrained(proxy.api());
            assertHolds(deployment.primary(), ledgers, seed);
            assertHolds(deployment.replica(), ledgers, seed);
            assertServes(proxy.api());
        }
    }

    @Test
    void aCollectionWhoseCreateWasAcknowledgedJustBeforeTheCrashIsThereOnceOnBothSides(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess proxy = deployment.startProxy();
            List<String> ids = new ArrayList<>();
            for (int crash = 0; crash < 3; crash++) {
                ids.add(proxy.api().create("before-crash-" + crash));
                proxy.kill9();
                proxy.restart();
            }

            for (int crash = 0; crash < 3; crash++) {
                String path = ChromaApi.collection("before-crash-" + crash);
                assertEquals(
                        ids.get(crash),
                        proxy.api().get(path).expect(200).json().path("id").asText());
            }
            deployment.assertEqualWhenDrained(proxy.api());
        }
    }

    @Test
    void collectionsThatManyCreateAndDeleteDuringCrashesAreTheSameOnBothSides(@TempDir Path directory)
            throws Exception {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess proxy = deployment.startProxy();
            Map<String, String> made = new ConcurrentHashMap<>();
            Set<String> deleted = ConcurrentHashMap.newKeySet();
            for (int crash = 0; crash < CRASHES; crash++) {
                createUntilKilled(proxy, crash, made, deleted);
                proxy.restart();
            }

            made.forEach((name, id) -> {
                Answer found = proxy.api().get(ChromaApi.collection(name)).expect(200);
                assertEquals(id, found.json().path("id").asText(), name);
            });
            deleted.forEach(name -> proxy.api().get(ChromaApi.collection(name)).expect(404));
            deployment.assertEqualWhenDrained(proxy.api());
        }
    }

    /** Each creates one collection after the other, and deletes every third; the proxy is killed in the midst of it. */
    private static void createUntilKilled(ProxyProcess proxy, int crash, Map<String, String> made, Set<String> deleted)
            throws Exception {
        AtomicInteger acknowledged = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> creators = new ArrayList<>();
            for (int creator = 0; creator < CREATORS; creator++) {
                String prefix = "crash-" + crash + "-" + creator + "-";
                creators.add(threads.submit(() -> {
                    try {
                        for (int i = 0; ; i++) {
                            made.put(prefix + i, proxy.api().create(prefix + i));
                            acknowledged.incrementAndGet();
                            if (i % 3 == 0) {
                                made.remove(prefix + i);
                                proxy.api()
                                        .delete(ChromaApi.collection(prefix + i))
                                        .expect(200);
                                deleted.add(prefix + i);
                            }
                        }
                    } catch (UncheckedIOException killed) {
                        // What was not answered may have been done or not.
                    }
                }));
            }
            Awaitility.await("creates before crash " + crash)
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> acknowledged.get() >= CREATES_BETWEEN
                            || creators.stream().anyMatch(Future::isDone));
            proxy.kill9();
            for (Future<?> creator : creators) {
                creator.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aProxyToldToStopStopsAndItsSuccessorGoesOn(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess proxy = deployment.startProxy();
            proxy.api().create("continued");
            String path = ChromaApi.collection("continued");
            proxy.api().add(path, Json.object("ids", Json.array("a"), "embeddings", Json.array(Json.array(1, 2))));

            proxy.terminate();
            proxy.restart();

            assertEquals(1, proxy.api().count(path));
            deployment.assertEqualWhenDrained(proxy.api());
        }
    }

    private static void crashUnderLoad(ProxyProcess proxy, List<Ledger> ledgers) throws Exception {
        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicInteger acknowledged = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            for (Ledger ledger : ledgers) {
                writers.add(threads.submit(() -> write(proxy, ledger, writing, acknowledged)));
            }
            try {
                for (int crash = 0; crash < CRASHES; crash++) {
                    int enough = acknowledged.get() + WRITES_BETWEEN;
                    Awaitility.await("load before crash " + crash)
                            .atMost(Duration.ofSeconds(60))
                            .pollInterval(Duration.ofMillis(5))
                            .until(() -> acknowledged.get() >= enough
                                    || writers.stream().anyMatch(Future::isDone));
                    proxy.kill9();
                    proxy.restart();
                }
            } finally {
                writing.set(false);
            }
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
        }
    }

    /** Writes until told to stop; after a write without an answer it waits until the proxy serves again. */
    private static void write(ProxyProcess proxy, Ledger ledger, AtomicBoolean writing, AtomicInteger acknowledged) {
        while (writing.get()) {
            if (ledger.writeOnce(proxy.api())) {
                acknowledged.incrementAndGet();
            } else {
                Awaitility.await("the proxy's return")
                        .atMost(Duration.ofSeconds(90))
                        .pollInterval(Duration.ofMillis(10))
                        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                        .until(() ->
                                !writing.get() || proxy.api().get("/health").status() == 200);
            }
        }
    }

    private static void assertHolds(ChromaInstance instance, List<Ledger> ledgers, long seed) {
        InstanceDump dump = InstanceDump.of(instance.api());
        List<String> violations = new ArrayList<>();
        int unanswered = 0;
        for (Ledger ledger : ledgers) {
            violations.addAll(ledger.violations(dump));
            unanswered += ledger.unanswered();
        }
        assertEquals(List.of(), violations, "seed " + seed + ", unanswered " + unanswered);
        assertTrue(ledgers.stream().allMatch(ledger -> ledger.acknowledged() > 0), "every writer got through");
    }

    private static void assertServes(ChromaApi proxy) {
        String path = ChromaApi.collection(proxy.create("afterwards"));
        proxy.add(path, Json.object("ids", Json.array("a"), "embeddings", Json.array(Json.array(1, 2))));
        assertEquals(1, proxy.count(path));
    }
}
