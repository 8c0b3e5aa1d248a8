package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.TENANT;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.chromaproxy.acceptance.harness.ChromaApi.database;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Mapping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Instances that had a life before the proxy: what they hold at its first start is mapped, served at once, and copied
 * where one side lacks it. Ordered, because the copy of the large collection is under way only at first.
 */
@Timeout(900)
@TestMethodOrder(OrderAnnotation.class)
class AdoptionIT {
    private static final int LARGE = 5_000;
    private static final String ELSEWHERE = database("default_tenant", "elsewhere");

    private static Deployment deployment;
    private static ChromaApi primary;
    private static ChromaApi replica;
    private static ChromaApi proxy;
    private static InstanceDump primaryBefore;

    @BeforeAll
    static void start(@TempDir Path directory) {
        deployment = Deployment.prepare(directory);
        primary = deployment.primary().api();
        replica = deployment.replica().api();
        fill();
        primaryBefore = InstanceDump.of(primary);
        proxy = deployment.startProxy().api();
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    /** On both: {@code both}, also in a second database; on one side each: global and large, replica-only. */
    private static void fill() {
        primary.add(collection(primary.create("both")), records("b", 0, 30));
        replica.add(collection(replica.create("both")), records("b", 0, 30));
        String globalId = primary.create("global");
        primary.put(collection(globalId), Json.object("new_metadata", Json.object("live", true)))
                .expect(200);
        primary.add(collection(globalId), records("g", 0, 250));
        replica.add(collection(replica.create("replica-only")), records("r", 0, 40));
        primary.post(TENANT + "/databases", "{\"name\":\"elsewhere\"}").expect(200);
        primary.add(ELSEWHERE + "/collections/" + primary.create(ELSEWHERE, "both"), records("e", 0, 20));
        String large = collection(primary.create("large"));
        for (int from = 0; from < LARGE; from += 500) {
            primary.add(large, records("l", from, from + 500));
        }
    }

    @Test
    @Order(1)
    void everythingIsServedAtOnceUnderThePrimarysIds() {
        assertEquals(idOf(primary, "both"), idOf(proxy, "both"));
        assertEquals(30, proxy.count(collection("both")));
        assertEquals(250, proxy.count(collection("global")));
        assertEquals(40, proxy.count(collection("replica-only")));
        assertEquals(LARGE, proxy.count(collection("large")));
        assertEquals(20, proxy.count(ELSEWHERE + "/collections/both"));
    }

    @Test
    @Order(3)
    void whatOneSideLackedIsCopiedAndMappedInEveryDatabase() {
        for (String name : List.of("both", "global", "replica-only", "large")) {
            awaitCopied("default_database", name);
            assertEquals(
                    idOf(primary, name), Mapping.find(proxy, name).orElseThrow().primaryId());
        }
        awaitCopied("elsewhere", "both");
        deployment.assertEqualWhenDrained(proxy);
    }

    @Test
    @Order(4)
    void globalComesThroughTheFirstStartUntouched() {
        awaitCopied("default_database", "global");

        JsonNode served = proxy.get(collection("global")).expect(200).json();
        var before = primaryBefore.collection("global");
        assertEquals(before.id(), served.path("id").asText());
        for (ChromaApi side : List.of(primary, replica)) {
            var now = InstanceDump.of(side).collection("global");
            assertEquals(before.records(), now.records(), side.url());
            assertEquals(before.settings(), now.settings(), side.url());
        }
        assertEquals(before.id(), InstanceDump.of(primary).collection("global").id());
        proxy.delete(collection("global")).expectError(403);
    }

    @Test
    @Order(2)
    void writesDuringTheCopyOfALargeCollectionEndEqualOnBothSides() {
        String large = collection("large");
        for (int i = 0; i < 60; i++) {
            proxy.post(large + "/upsert", records("l", i * 80, i * 80 + 1, "changed"))
                    .expect(200);
            proxy.post(large + "/delete", Json.object("ids", Json.array("l" + (i * 80 + 7))))
                    .expect(200);
            proxy.add(large, records("new", i, i + 1));
            assertEquals(LARGE, proxy.count(large), "one deleted, one added");
        }

        awaitCopied("default_database", "large");
        deployment.assertEqualWhenDrained(proxy);
        assertEquals(LARGE, replica.count(collection(idOf(replica, "large"))));
        JsonNode changed = replica.records(collection(idOf(replica, "large")), Json.object("ids", Json.array("l80")));
        assertEquals("changed 80", changed.path("documents").path(0).asText());
    }

    @Test
    @Order(5)
    void aCollectionMadeBehindTheProxysBackLaterIsReportedNeitherCopiedNorDropped() {
        awaitCopied("default_database", "large");
        primary.add(collection(primary.create("intruder")), records("i", 0, 5));

        Awaitility.await("a report of the intruder")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(250))
                .until(() -> proxy.get("/status").text().contains("intruder")
                        || proxy.get("/admin/collection_mappings").text().contains("intruder"));

        assertEquals(5, primary.count(collection(idOf(primary, "intruder"))));
        replica.get(collection("intruder")).expectError(404);
        primary.delete(collection("intruder")).expect(200);
    }

    private static String idOf(ChromaApi instance, String name) {
        return instance.get(D + "/collections/" + name)
                .expect(200)
                .json()
                .path("id")
                .asText();
    }

    private static void awaitCopied(String database, String name) {
        Awaitility.await("a complete mapping of " + database + "/" + name)
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    var mapping = Mapping.find(proxy, database, name);
                    assertTrue(mapping.filter(Mapping::complete).isPresent(), mapping.toString());
                });
    }

    private static JsonNode records(String prefix, int from, int to) {
        return records(prefix, from, to, "document");
    }

    private static JsonNode records(String prefix, int from, int to, String text) {
        ArrayNode ids = Json.array();
        ArrayNode embeddings = Json.array();
        ArrayNode documents = Json.array();
        ArrayNode metadatas = Json.array();
        ArrayNode uris = Json.array();
        for (int i = from; i < to; i++) {
            ids.add(prefix + i);
            embeddings.add(Json.array(i, i * 0.1, -i / 3.0));
            documents.add(i % 5 == 4 ? null : text + " " + i);
            metadatas.add(Json.object("n", i, "even", i % 2 == 0, "group", "g" + i % 7));
            uris.add(i % 3 == 0 ? "uri:" + i : null);
        }
        return Json.object(
                "ids", ids, "embeddings", embeddings, "documents", documents, "metadatas", metadatas, "uris", uris);
    }
}
