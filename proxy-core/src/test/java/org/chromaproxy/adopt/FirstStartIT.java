package org.chromaproxy.adopt;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.TENANT;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.chromaproxy.acceptance.harness.ChromaApi.database;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.ChromaServer;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.main.ProxyServer;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.store.DatabaseTarget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two real servers that had a life before the proxy, a real log, and the proxy in this process. */
@Timeout(900)
class FirstStartIT {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private ChromaServer primaryServer;
    private ChromaServer replicaServer;
    private EmbeddedPostgres postgres;
    private ChromaApi primary;
    private ChromaApi replica;

    @BeforeEach
    void start() {
        primaryServer = ChromaServer.start(ChromaInstallation.ofServer(0), folder.resolve("primary"), 0);
        replicaServer = ChromaServer.start(ChromaInstallation.ofServer(1), folder.resolve("replica"), 0);
        postgres = EmbeddedPostgres.start(folder.resolve("postgres"));
        primary = new ChromaApi(primaryServer.awaitReady(LONG).url());
        replica = new ChromaApi(replicaServer.awaitReady(LONG).url());
    }

    @AfterEach
    void stop() {
        primaryServer.close();
        replicaServer.close();
        postgres.close();
    }

    @Test
    void whatEitherSideHeldIsServedAtOnceAndEndsWholeOnBoth() {
        primary.add(collection(primary.create("both")), records("b", 0, 30, 3));
        replica.add(collection(replica.create("both")), records("b", 0, 30, 3));
        primary.add(collection(primary.create("global")), records("g", 0, 700, 3));
        replica.add(collection(replica.create("replica-only")), records("r", 0, 40, 3));
        primary.post(TENANT + "/databases", "{\"name\":\"elsewhere\"}").expect(200);
        String elsewhere = database("default_tenant", "elsewhere");
        primary.add(elsewhere + "/collections/" + primary.create(elsewhere, "both"), records("e", 0, 20, 3));
        try (Running proxy = new Running()) {
            assertEquals(30, proxy.api.count(collection("both")));
            assertEquals(700, proxy.api.count(collection("global")));
            assertEquals(40, proxy.api.count(collection("replica-only")));
            assertEquals(20, proxy.api.count(elsewhere + "/collections/both"));
            proxy.awaitStates(4, PlaceState.READY);
        }
        InstanceDump.assertEqual(InstanceDump.of(primary), InstanceDump.of(replica));
    }

    @Test
    void writesDuringACopyAndARestartInItsMiddleEndEqualOnBothSides() {
        String id = primary.create("large");
        String large = collection(id);
        for (int from = 0; from < 6_000; from += 500) {
            primary.add(large, records("l", from, from + 500, 200));
        }
        try (Running proxy = new Running()) {
            proxy.api.add(collection("large"), records("early", 0, 5, 200));
            Awaitility.await("a copy under way")
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> replicaHolds() > 500);
            proxy.api
                    .post(collection("large") + "/delete", Json.object("ids", Json.array("early3")))
                    .expect(200);
        }
        try (Wal wal = open()) {
            Set<PlaceState> states = states(wal.reader().mappings().getFirst());
            assertEquals(Set.of(PlaceState.READY, PlaceState.COPYING), states, "the restart is in the copy's middle");
        }
        try (Running proxy = new Running()) {
            churn(proxy.api, 0);
            proxy.awaitStates(1, PlaceState.READY);
            churn(proxy.api, 40);
            assertEquals(6_004, proxy.api.count(collection("large")));
            assertEquals(id, proxy.mappings().iterator().next().publicId().toString());
            Awaitility.await("the replica to follow")
                    .atMost(LONG)
                    .untilAsserted(() -> InstanceDump.assertEqual(InstanceDump.of(primary), InstanceDump.of(replica)));
        }
    }

    @Test
    void sidesThatDifferAreServedFromThePrimaryAndNotMixed() {
        primary.add(collection(primary.create("mine")), records("m", 0, 30, 3));
        replica.add(collection(replica.create("mine")), records("m", 0, 29, 3));
        try (Running proxy = new Running()) {
            proxy.awaitStates(1, PlaceState.READY, PlaceState.DIVERGED);
            proxy.api.add(collection("mine"), records("n", 0, 5, 3));
            assertEquals(35, proxy.api.count(collection("mine")));
        }
        assertEquals(29, replica.count(collection(idOf(replica, "mine"))));
    }

    private static Set<PlaceState> states(Mapping mapping) {
        return mapping.places().values().stream().map(Mapping.Place::state).collect(Collectors.toSet());
    }

    private int replicaHolds() {
        var found = replica.get(D + "/collections/large");
        return found.status() == 200
                ? replica.count(collection(found.json().path("id").asText()))
                : 0;
    }

    private Wal open() {
        return Wal.open(WalConfig.of(DatabaseTarget.of(postgres.jdbcUrl(), "", "")));
    }

    private static void churn(ChromaApi proxy, int from) {
        for (int i = from; i < from + 40; i++) {
            proxy.post(collection("large") + "/upsert", records("l", i * 40, i * 40 + 1, 200, "changed"))
                    .expect(200);
            proxy.post(collection("large") + "/delete", Json.object("ids", Json.array("l" + (i * 40 + 7))))
                    .expect(200);
            proxy.add(collection("large"), records("new", i, i + 1, 200));
        }
    }

    private static String idOf(ChromaApi instance, String name) {
        return instance.get(D + "/collections/" + name)
                .expect(200)
                .json()
                .path("id")
                .asText();
    }

    private static JsonNode records(String prefix, int from, int to, int dimension) {
        return records(prefix, from, to, dimension, "document");
    }

    private static JsonNode records(String prefix, int from, int to, int dimension, String text) {
        ArrayNode ids = Json.array();
        ArrayNode embeddings = Json.array();
        ArrayNode documents = Json.array();
        ArrayNode metadatas = Json.array();
        ArrayNode uris = Json.array();
        for (int i = from; i < to; i++) {
            ids.add(prefix + i);
            ArrayNode embedding = embeddings.addArray();
            for (int d = 0; d < dimension; d++) {
                embedding.add(i / (d + 3.0));
            }
            documents.add(i % 5 == 4 ? null : text + " " + i);
            metadatas.add(i % 7 == 3 ? null : Json.object("n", i, "half", i / 2.0, "even", i % 2 == 0));
            uris.add(i % 3 == 0 ? "uri:" + i : null);
        }
        return Json.object(
                "ids", ids, "embeddings", embeddings, "documents", documents, "metadatas", metadatas, "uris", uris);
    }

    /** One life of the proxy on the test's log. */
    private final class Running implements AutoCloseable {
        private final Wal wal = open();
        private final ProxyServer server;
        private final ChromaApi api;

        Running() {
            server = ProxyServer.start(
                    ConfigReader.of(Map.of(
                            "PRIMARY_URL",
                            primary.url(),
                            "REPLICA_URL",
                            replica.url(),
                            "HOST",
                            "127.0.0.1",
                            "PORT",
                            "0",
                            "DATA_DIR",
                            "target")),
                    wal);
            Awaitility.await("a serving proxy").atMost(LONG).until(server::serving);
            api = new ChromaApi("http://127.0.0.1:" + server.address().getPort());
        }

        Set<Mapping> mappings() {
            return Set.copyOf(wal.reader().mappings());
        }

        void awaitStates(int collections, PlaceState... states) {
            Awaitility.await("places in " + Set.of(states)).atMost(LONG).untilAsserted(() -> {
                Set<Mapping> mappings = mappings();
                assertEquals(collections, mappings.size());
                for (Mapping mapping : mappings) {
                    assertEquals(2, mapping.places().size(), mapping.toString());
                    assertEquals(Set.of(states), states(mapping), mapping.toString());
                }
            });
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
