package org.chromaproxy.acceptance.crash;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Operator;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One more instance than two: each takes every write, any one of them is enough. */
@Timeout(900)
class ThreeInstancesIT {
    private static final int WRITERS = 4;
    private static final int WRITES_BETWEEN = 100;
    private static final List<String> COLLECTIONS = List.of("three-one", "three-two");

    @Test
    void twoOfThreeDieOneAfterTheOtherAndAllEndEqual(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaInstance third = deployment.more("third");
            ChromaApi proxy = deployment
                    .startProxy("MORE_INSTANCES", "third=" + third.url())
                    .api();
            Operator operator = new Operator(proxy);
            COLLECTIONS.forEach(proxy::create);
            List<Ledger> ledgers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                ledgers.add(new Ledger(i, COLLECTIONS, seed));
            }
            killOneAfterTheOther(deployment, third, proxy, ledgers);
            for (String name : List.of("primary", "replica", "third")) {
                operator.awaitState(name, "up");
            }
            assertAllEqual(deployment, proxy, third);
            for (ChromaInstance instance : List.of(deployment.primary(), deployment.replica(), third)) {
                InstanceDump dump = InstanceDump.of(instance.api());
                ledgers.forEach(ledger -> assertEquals(List.of(), ledger.violations(dump), "seed " + seed));
            }
        }
    }

    private static void killOneAfterTheOther(
            Deployment deployment, ChromaInstance third, ChromaApi proxy, List<Ledger> ledgers) throws Exception {
        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicInteger acknowledged = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            ledgers.forEach(ledger -> writers.add(threads.submit(() -> {
                while (writing.get()) {
                    acknowledged.addAndGet(ledger.writeOnce(proxy) ? 1 : 0);
                }
            })));
            try {
                awaitMore(acknowledged, writers);
                deployment.primary().kill();
                awaitMore(acknowledged, writers);
                deployment.replica().kill();
                awaitMore(acknowledged, writers);
                theThirdAlone(proxy);
                deployment.replica().restart();
                awaitMore(acknowledged, writers);
                third.kill();
                awaitMore(acknowledged, writers);
                third.restart();
                deployment.primary().restart();
                awaitMore(acknowledged, writers);
            } finally {
                writing.set(false);
            }
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
        }
    }

    /** Both others are gone: it is read, and takes what is made. */
    private static void theThirdAlone(ChromaApi proxy) {
        Operator operator = new Operator(proxy);
        assertEquals("down", operator.instance("primary").path("state").asText());
        assertEquals("down", operator.instance("replica").path("state").asText());
        proxy.count(collection(COLLECTIONS.getFirst()));
        proxy.create("made-by-the-third");
    }

    private static void awaitMore(AtomicInteger acknowledged, List<Future<?>> writers) {
        int enough = acknowledged.get() + WRITES_BETWEEN;
        Awaitility.await("more writes")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> acknowledged.get() >= enough || writers.stream().anyMatch(Future::isDone));
    }

    @Test
    void aThirdThatIsNewToAYoungLogIsFilledByItself(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            deployment.primary().api().create("adopted");
            ProxyProcess process = deployment.startProxy();
            String path = filled(process.api());
            process.terminate();

            ChromaInstance third = deployment.more("third");
            process.set("MORE_INSTANCES", "third=" + third.url());
            process.restart();
            new Operator(process.api()).awaitState("third", "up");
            thirdIsWholeAndServesAlone(deployment, process.api(), third, path);
        }
    }

    @Test
    void aThirdThatIsNewToAnOldLogIsFilledByAResync(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess process = deployment.startProxy();
            String path = filled(process.api());
            deployment.assertEqualWhenDrained(process.api());
            process.terminate();
            deployment.log().dropAll();

            ChromaInstance third = deployment.more("third");
            process.set("MORE_INSTANCES", "third=" + third.url());
            process.restart();
            ChromaApi proxy = process.api();
            Operator operator = new Operator(proxy);
            operator.awaitState("third", "needs_resync");
            proxy.add(path, record("before the resync"));
            operator.resynced("third");
            thirdIsWholeAndServesAlone(deployment, proxy, third, path);
        }
    }

    @Test
    void aThirdThatWasNotConfiguredForAWhileNeedsAResync(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaInstance third = deployment.more("third");
            String more = "third=" + third.url();
            ProxyProcess process = deployment.startProxy("MORE_INSTANCES", more);
            String path = filled(process.api());
            assertAllEqual(deployment, process.api(), third);
            process.terminate();
            process.set("MORE_INSTANCES", "");
            process.restart();
            process.api().add(path, record("without it"));
            process.terminate();

            process.set("MORE_INSTANCES", more);
            process.restart();
            Operator operator = new Operator(process.api());
            operator.awaitState("third", "needs_resync");
            operator.resynced("third");
            thirdIsWholeAndServesAlone(deployment, process.api(), third, path);
        }
    }

    private static String filled(ChromaApi proxy) {
        String path = collection(proxy.create("kept"));
        for (int i = 0; i < 20; i++) {
            proxy.add(path, record("r" + i));
        }
        proxy.create("empty");
        return path;
    }

    private static void thirdIsWholeAndServesAlone(
            Deployment deployment, ChromaApi proxy, ChromaInstance third, String path) {
        Operator operator = new Operator(proxy);
        proxy.add(path, record("for all three"));
        Awaitility.await("it holds every collection")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .until(() ->
                        operator.instance("third").path("collections_whole").asInt()
                                == operator.instance("primary")
                                        .path("collections_whole")
                                        .asInt());
        assertAllEqual(deployment, proxy, third);
        int count = proxy.count(path);
        deployment.primary().kill();
        deployment.replica().kill();
        proxy.add(path, record("by the third alone"));
        assertEquals(count + 1, proxy.count(path));
        assertTrue(proxy.get(path).isSuccess());
        deployment.primary().restart();
        deployment.replica().restart();
        operator.awaitState("primary", "up");
        operator.awaitState("replica", "up");
        assertAllEqual(deployment, proxy, third);
    }

    private static void assertAllEqual(Deployment deployment, ChromaApi proxy, ChromaInstance third) {
        deployment.assertEqualWhenDrained(proxy);
        InstanceDump.assertEqual(InstanceDump.of(deployment.primary().api()), InstanceDump.of(third.api()));
    }

    private static JsonNode record(String id) {
        return Json.object(
                "ids", Json.array(id), "embeddings", Json.array(Json.array(5, 6)), "documents", Json.array("of " + id));
    }
}
