package org.chromaproxy.acceptance.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The largest bodies there may be, several at once, on a proxy as users start it: its launcher, its default memory. */
@Timeout(1500)
class LargeWritesIT {
    private static final int RECORDS = 400;
    private static final int DIMENSION = 25_000;
    private static final int AT_ONCE = 3;

    @Test
    void threeAddsOfFortyMegabytesAtOnceTwiceOverWithAKillBetweenEndNothing(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory);
                HttpClient client = HttpClient.newHttpClient()) {
            ProxyProcess proxy = deployment.startByLauncher();
            String path = ChromaApi.collection(proxy.api().create("large"));

            List<String> told = new ArrayList<>(addAll(client, proxy.url() + path, "first"));
            assertTrue(proxy.alive(), proxy.output());
            proxy.kill9();
            proxy.restart();
            told.addAll(addAll(client, proxy.url() + path, "second"));
            assertTrue(proxy.alive(), proxy.output());

            Set<String> logged = told.stream()
                    .filter(each -> !each.endsWith(" never"))
                    .map(each -> each.substring(0, each.indexOf(' ')))
                    .collect(Collectors.toSet());
            assertTrue(logged.size() >= 2, told.toString());
            for (ChromaInstance instance : List.of(deployment.primary(), deployment.replica())) {
                Awaitility.await("all that was logged is applied, " + told)
                        .atMost(Duration.ofMinutes(10))
                        .pollInterval(Duration.ofSeconds(1))
                        .ignoreExceptions()
                        .until(() -> idsOn(instance.api()).equals(logged));
            }
            assertTrue(proxy.alive(), proxy.output());
            // The servers hold the records before the lane hears it: a write of 40 MB may stay unanswered for 70
            // seconds,
            // and those under way when the proxy was killed are sent once more, one after the other.
            Awaitility.await("a server is read again")
                    .atMost(Duration.ofMinutes(10))
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        String status = proxy.api().get("/status").text();
                        Answer count = proxy.api().get(path + "/count");
                        assertEquals(200, count.status(), status);
                        assertEquals(logged.size() * RECORDS, count.json().asInt(), status);
                    });
        }
    }

    /** What became of each add: its tag, and never if it was refused without being logged. Each is answered. */
    private static List<String> addAll(HttpClient client, String collection, String round) {
        return IntStream.range(0, AT_ONCE).mapToObj(i -> add(client, collection, round + i)).toList().stream()
                .map(CompletableFuture::join)
                .toList();
    }

    private static CompletableFuture<String> add(HttpClient client, String collection, String tag) {
        String vector = "[" + "0.5,".repeat(DIMENSION - 1) + "0.5]";
        StringBuilder body = new StringBuilder("{\"ids\":[");
        IntStream.range(0, RECORDS)
                .forEach(i -> body.append(i == 0 ? "\"" : ",\"")
                        .append(tag)
                        .append('-')
                        .append(i)
                        .append('"'));
        body.append("],\"embeddings\":[").append(vector);
        IntStream.range(1, RECORDS).forEach(i -> body.append(',').append(vector));
        body.append("],\"metadatas\":null,\"documents\":null,\"uris\":null}");
        HttpRequest request = HttpRequest.newBuilder(URI.create(collection + "/add"))
                .timeout(Duration.ofMinutes(4))
                .header("Content-Type", "application/json")
                .header("Transaction-ID", tag)
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        return client.sendAsync(request, BodyHandlers.ofString()).thenApply(answer -> tag + " " + told(answer));
    }

    private static String told(HttpResponse<String> answer) {
        assertTrue(answer.statusCode() == 201 || answer.statusCode() == 503, answer.statusCode() + answer.body());
        boolean never = answer.statusCode() == 503 && answer.body().contains("Nothing was executed");
        return never ? "never" : answer.statusCode() == 201 ? "acknowledged" : "logged";
    }

    /** The tags of the adds that are there whole. */
    private static Set<String> idsOn(ChromaApi instance) {
        String id = instance.get(ChromaApi.collection("large"))
                .expect(200)
                .json()
                .path("id")
                .asText();
        List<String> ids = new ArrayList<>();
        instance.post(ChromaApi.collection(id) + "/get", Json.object("include", Json.array()))
                .expect(200)
                .json()
                .path("ids")
                .forEach(each -> ids.add(each.asText()));
        return ids.stream()
                .collect(Collectors.groupingBy(each -> each.substring(0, each.indexOf('-')), Collectors.counting()))
                .entrySet()
                .stream()
                .filter(each -> each.getValue() == RECORDS)
                .map(java.util.Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
