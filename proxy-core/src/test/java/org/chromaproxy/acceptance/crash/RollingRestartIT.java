package org.chromaproxy.acceptance.crash;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two proxies on one log behind a balancer, each stopped in order and started again, under load: whoever repeats what was
 * not answered, with its own transaction id, has no failed request, and no write is lost or doubled.
 */
class RollingRestartIT {
    private static final Logger LOG = LoggerFactory.getLogger(RollingRestartIT.class);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String DATABASE = "/api/v2/tenants/default_tenant/databases/default_database";
    private static final int CLIENTS = 4;

    @TempDir
    private Path folder;

    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    void noRequestFailsForClientsThatRepeatWhatWasNotAnswered() throws Exception {
        try (Deployment deployment = Deployment.prepare(folder);
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            ProxyProcess first = deployment.startProxy();
            ProxyProcess second = deployment.startStandby();
            assertEquals(200, create(first.api()));
            try (Balancer balancer = new Balancer(List.of(first.port(), second.port()))) {
                List<Future<List<String>>> acknowledged = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    String name = "client" + i;
                    acknowledged.add(clients.submit(() -> write(balancer.url(), name)));
                }
                progress();
                first.terminate();
                awaitServing(second);
                progress();
                first.restartWithoutWaiting();
                awaitStandby(first);
                second.terminate();
                awaitServing(first);
                progress();
                enough.set(true);
                List<String> ids = new ArrayList<>();
                for (Future<List<String>> some : acknowledged) {
                    ids.addAll(some.get());
                }
                LOG.info(
                        "{} writes acknowledged, {} repeated, the longest took {} ms",
                        ids.size(),
                        repeated,
                        longestNanos.get() / 1_000_000);
                deployment.assertEqualWhenDrained(first.api());
                List<String> there = new ArrayList<>();
                first.api()
                        .post(DATABASE + "/collections/rolling/get", "{\"include\":[],\"limit\":1000000}")
                        .expect(200)
                        .json()
                        .path("ids")
                        .forEach(id -> there.add(id.asText()));
                assertEquals(
                        ids.stream().sorted().toList(), there.stream().sorted().toList());
            }
        } finally {
            enough.set(true);
        }
    }

    private static int create(ChromaApi proxy) {
        return proxy.post(DATABASE + "/collections", "{\"name\":\"rolling\"}").status();
    }

    /** Load goes on: some more writes are acknowledged. */
    private void progress() {
        int before = written.get();
        await().atMost(SOON).until(() -> written.get() >= before + 100);
    }

    private static void awaitServing(ProxyProcess proxy) {
        await().atMost(SOON).until(() -> proxy.api().get("/health").status() == 200);
    }

    private static void awaitStandby(ProxyProcess proxy) {
        await().atMost(SOON)
                .until(() -> proxy.api()
                        .get("/health")
                        .json()
                        .path("status")
                        .asText()
                        .equals("standby"));
    }

    private List<String> write(String url, String name) throws InterruptedException {
        List<String> acknowledged = new ArrayList<>();
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            while (!enough.get()) {
                String id = name + "-" + acknowledged.size();
                long began = System.nanoTime();
                HttpRequest request = HttpRequest.newBuilder(URI.create(url + DATABASE + "/collections/rolling/add"))
                        .header("content-type", "application/json")
                        .header("Transaction-ID", id)
                        .timeout(SOON)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"ids\":[\"" + id + "\"],\"embeddings\":[[1,2,3]]}"))
                        .build();
                await(id)
                        .atMost(SOON)
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> answered(http, request));
                longestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
                acknowledged.add(id);
                written.incrementAndGet();
            }
        }
        return acknowledged;
    }

    /** Whether it was: a connection that breaks and a 503 are no answers. */
    private boolean answered(HttpClient http, HttpRequest request) throws InterruptedException {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertTrue(answer.statusCode() == 201 || answer.statusCode() == 503, answer::body);
            if (answer.statusCode() == 201) {
                return true;
            }
        } catch (IOException e) {
            // As a client that repeats: what became of it is told by the next try.
        }
        repeated.incrementAndGet();
        return false;
    }
}
