package org.chromaproxy.acceptance.crash;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Operator;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.chromaproxy.local.ChromaRelease;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Invariant 15: a log outlives its build. What a {@code kill -9} left of the build {@code 2a37ae8} and of its two servers
 * (made by {@code .ci/old-log}) is started on this build; the tests look at it in order.
 */
@Timeout(900)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OldLogIT {
    private static final String FIXTURE = "/old-log/2a37ae8/";
    private static final Duration SOON = Duration.ofSeconds(60);

    @SuppressWarnings("NullAway.Init")
    private static Deployment deployment;

    @SuppressWarnings("NullAway.Init")
    private static ProxyProcess proxy;

    @SuppressWarnings("NullAway.Init")
    private static JsonNode fixture;

    @BeforeAll
    static void startOnWhatTheOldBuildLeft(@TempDir Path directory) throws IOException {
        fixture = Json.parse(read("told.json"));
        for (String instance : List.of("primary", "replica")) {
            Path data = Files.createDirectories(directory.resolve(instance).resolve("data"));
            Files.write(data.resolve("chroma.sqlite3"), unpacked(instance + ".sqlite3.gz"));
        }
        // As the old build left them: an upgrade of the servers is a story of its own.
        deployment = Deployment.prepare(directory, ChromaRelease.V1_0_5, ChromaRelease.V1_0_5);
        deployment.log().restore(new String(unpacked("log.sql.gz"), StandardCharsets.UTF_8));
        proxy = deployment.startProxy();
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    @Order(1)
    void whatWasAcknowledgedIsThereInOrderOnBothSidesAndNothingElse() {
        Deployment.awaitDrained(proxy.api());
        for (InstanceDump dump : List.of(
                dump(deployment.primary().api()), dump(deployment.replica().api()))) {
            assertEquals(history(), values(dump, "history"));
            Map<String, Integer> ones = Map.of("one", 1, "two", 1, "three", 1);
            assertEquals(with(ones, "late", 11), values(dump, "stays"));
            assertEquals(with(ones, "late", 11), values(dump, "global"));
            assertEquals(with(ones, "after-rename", 3), values(dump, "renamed-since"));
            assertEquals(with(Map.of("a", 1, "b", 1, "c", 1), "late", 11), values(dump, "adopted-copied"));
            assertEquals(Map.of("x", 2, "y", 2), values(dump, "adopted-on-both"));
            assertEquals(Map.of("y1", 4, "y2", 4), values(dump, "young"));
            assertEquals(Map.of("new-life", 6), values(dump, "half-deleted"));
            assertEquals(Map.of("o1", 5, "o2", 5), valuesAt(dump, "acme/sales/orders"));
            assertTrue(
                    dump.collections().keySet().stream()
                            .noneMatch(name -> name.endsWith("/renamed") || name.endsWith("/never-was")),
                    dump.collections().keySet().toString());
        }
        assertEquals(Map.of("d1", 1, "d2", 1), values(dump(deployment.primary().api()), "diverged"));
    }

    @Test
    @Order(2)
    void collectionsKeepTheIdsThatClientsKnow() {
        Map<String, String> renamed = Map.of("renamed", "renamed-since", "half-deleted-again", "half-deleted");
        for (Map.Entry<String, JsonNode> one : fixture.path("ids").properties()) {
            String name = renamed.getOrDefault(one.getKey(), one.getKey());
            if (!one.getKey().equals("half-deleted")) {
                String database = name.equals("orders") ? ChromaApi.database("acme", "sales") : D;
                assertEquals(
                        one.getValue(),
                        proxy.api()
                                .get(database + "/collections/" + name)
                                .expect(200)
                                .json()
                                .path("id"));
            }
        }
    }

    @Test
    @Order(3)
    void oldTransactionIdsAreStillAnswered() {
        Map<Integer, String> states = Map.of(400, "FAILED", 422, "FAILED", 500, "ABANDONED", 503, "RECOVERED");
        for (JsonNode told : fixture.path("told")) {
            String expected = states.getOrDefault(told.path("status").asInt(), "COMPLETED");
            String id = told.path("transaction").asText();
            Awaitility.await(told.path("path") + " " + id)
                    .atMost(SOON)
                    .untilAsserted(() -> assertEquals(
                            expected,
                            proxy.api()
                                    .get("/transactions/" + id)
                                    .expect(200)
                                    .json()
                                    .path("status")
                                    .asText()));
        }
    }

    @Test
    @Order(4)
    void aRetryAcrossTheUpgradeIsAnsweredAsBeforeAndHasNoSecondEffect() {
        InstanceDump before = dump(deployment.primary().api());
        for (JsonNode told : fixture.path("told")) {
            String id = told.path("client_id").asText("");
            if (!told.path("client_id").isNull()) {
                Answer answer = again(told, told.path("body"), id);
                int status = told.path("status").asInt();
                assertEquals(status == 503 ? 201 : status, answer.status(), answer.toString());
                JsonNode response = Json.parse(told.path("response").asText().getBytes(StandardCharsets.UTF_8));
                // What is refused before it is logged has words of this build's.
                if (status != 422) {
                    assertEquals(status == 503 ? Json.object() : response, answer.json(), answer.toString());
                }
            }
        }
        JsonNode told = fixture.path("told").get(9);
        assertEquals("first-of-global", told.path("client_id").asText());
        again(told, TextNode.valueOf("{\"ids\":[\"other\"]}"), "first-of-global")
                .expectError(422);
        Deployment.awaitDrained(proxy.api());
        InstanceDump.assertEqual(before, dump(deployment.primary().api()));
    }

    @Test
    @Order(5)
    void theDeadLetterIsStillThereAndTheDivergedCopyIsStillOutOfUse() {
        JsonNode letters = proxy.api().get("/admin/dead_letters").expect(200).json();
        assertTrue(letters.toString().contains("poisoned-delete"), letters.toString());
        Operator operator = new Operator(proxy.api());
        assertEquals(1, operator.instance("replica").path("lanes_diverged").asInt());
        assertEquals(2, proxy.api().count(ChromaApi.collection("diverged")));

        operator.repair("diverged", "replica", false).expect(200);
        deployment.assertEqualWhenDrained(proxy.api(), "acme");
    }

    @Test
    @Order(6)
    void itTakesNewWritesAndStartsAgain() {
        String path = ChromaApi.collection("history");
        proxy.api().add(path, Json.object("ids", Json.array("new"), "embeddings", Json.array(Json.array(1, 2, 3))));
        proxy.kill9();
        proxy.restart();
        assertEquals(history().size() + 1, proxy.api().count(path));
        deployment.assertEqualWhenDrained(proxy.api(), "acme");
    }

    /** The body is sent byte for byte: a transaction's digest is of the bytes. */
    private static Answer again(JsonNode told, JsonNode body, String id) {
        String text = body.isNull() ? null : body.asText();
        return proxy.api().send(told.path("method").asText(), told.path("path").asText(), text, "Transaction-ID", id);
    }

    private static SortedMap<String, Integer> history() {
        SortedMap<String, Integer> expected = new TreeMap<>(Map.of("one", 7, "two", 9, "four", 9, "three", 10));
        for (int i = 0; i < 40; i++) {
            if (i < 30 || i > 32) {
                expected.put("n" + i, i);
            }
        }
        return expected;
    }

    private static Map<String, Integer> with(Map<String, Integer> some, String id, int value) {
        Map<String, Integer> all = new TreeMap<>(some);
        all.put(id, value);
        return all;
    }

    private static InstanceDump dump(ChromaApi instance) {
        return InstanceDump.of(instance, "acme");
    }

    private static Map<String, Integer> values(InstanceDump dump, String collection) {
        return valuesAt(dump, "default_tenant/default_database/" + collection);
    }

    /** Each record's value, where metadata and document agree on it. */
    private static Map<String, Integer> valuesAt(InstanceDump dump, String path) {
        InstanceDump.CollectionDump collection = dump.collections().get(path);
        if (collection == null) {
            throw new AssertionError(
                    "no " + path + " among " + dump.collections().keySet());
        }
        Map<String, Integer> values = new TreeMap<>();
        collection.records().forEach((id, record) -> {
            int value = record.path("metadata").path("value").asInt(-1);
            assertEquals(id + " is " + value, record.path("document").asText(), record.toString());
            values.put(id, value);
        });
        return values;
    }

    private static byte[] unpacked(String name) throws IOException {
        try (InputStream plain = new GZIPInputStream(resource(name))) {
            return plain.readAllBytes();
        }
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream plain = resource(name)) {
            return plain.readAllBytes();
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(OldLogIT.class.getResourceAsStream(FIXTURE + name), name);
    }
}
