package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Mapping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Thirty clients that create collections at the same moment. */
@Timeout(900)
class ConcurrentCreateIT {
    private static final int CLIENTS = 30;

    private static Deployment deployment;
    private static ChromaApi proxy;

    @BeforeAll
    static void start(@TempDir Path directory) {
        deployment = Deployment.prepare(directory);
        proxy = deployment.startProxy().api();
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void differentNamesAllSucceedAndAreCompleteOnBothSides() throws Exception {
        List<Answer> answers =
                atOnce(client -> proxy.post(D + "/collections", Json.object("name", "different-" + client)));

        Set<String> ids = new HashSet<>();
        for (int client = 0; client < CLIENTS; client++) {
            JsonNode created = answers.get(client).expect(200).json();
            assertEquals("different-" + client, created.path("name").asText());
            ids.add(created.path("id").asText());
            assertTrue(Mapping.awaitComplete(proxy, "different-" + client).complete());
        }
        assertEquals(CLIENTS, ids.size());
        assertOnceOnEachSide(
                IntStream.range(0, CLIENTS).mapToObj(i -> "different-" + i).toList());
    }

    @Test
    void oneNameWithGetOrCreateGivesEveryClientTheSameCollection() throws Exception {
        var request = Json.object("name", "shared", "get_or_create", true);

        List<Answer> answers = atOnce(client -> proxy.post(D + "/collections", request));

        Set<String> ids = new HashSet<>();
        answers.forEach(answer -> ids.add(answer.expect(200).json().path("id").asText()));
        assertEquals(1, ids.size(), ids.toString());
        assertTrue(Mapping.awaitComplete(proxy, "shared").complete());
        assertOnceOnEachSide(List.of("shared"));
    }

    @Test
    void oneNameWithoutGetOrCreateGoesToExactlyOneClient() throws Exception {
        List<Answer> answers = atOnce(client -> proxy.post(D + "/collections", Json.object("name", "contested")));

        List<Answer> winners = answers.stream().filter(Answer::isSuccess).toList();
        assertEquals(1, winners.size(), answers.toString());
        answers.stream().filter(answer -> !answer.isSuccess()).forEach(answer -> answer.expectError(409));
        JsonNode got = proxy.get(D + "/collections/contested").expect(200).json();
        assertEquals(winners.getFirst().json().path("id"), got.path("id"));
        assertTrue(Mapping.awaitComplete(proxy, "contested").complete());
        assertOnceOnEachSide(List.of("contested"));
    }

    /** Runs the request on thirty threads that start together; the answers in the clients' order. */
    private static List<Answer> atOnce(IntFunction<Answer> request) throws Exception {
        CyclicBarrier together = new CyclicBarrier(CLIENTS);
        List<Future<Answer>> sent = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                sent.add(threads.submit(() -> {
                    together.await(30, TimeUnit.SECONDS);
                    return request.apply(client);
                }));
            }
        }
        List<Answer> answers = new ArrayList<>();
        for (Future<Answer> one : sent) {
            answers.add(one.get());
        }
        return answers;
    }

    private static void assertOnceOnEachSide(List<String> names) {
        deployment.assertEqualWhenDrained(proxy);
        for (ChromaApi side :
                List.of(deployment.primary().api(), deployment.replica().api(), proxy)) {
            List<String> listed = new ArrayList<>();
            side.get(D + "/collections?limit=1000")
                    .expect(200)
                    .json()
                    .forEach(one -> listed.add(one.path("name").asText()));
            for (String name : names) {
                assertEquals(1, listed.stream().filter(name::equals).count(), name + " at " + side.url());
            }
        }
    }
}
