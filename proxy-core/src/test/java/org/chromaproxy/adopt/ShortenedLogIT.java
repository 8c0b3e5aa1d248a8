package org.chromaproxy.adopt;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.RealPair;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PostgreSQL comes back as an older copy of itself. */
@Timeout(900)
class ShortenedLogIT extends RealPair {
    @Test
    void aLogThatIsOlderThanTheServersServesNothingUntilAnOperatorDecides() throws SQLException {
        writeThenBackUpThenWriteMore();
        long lost;
        try (Running proxy = new Running("backup")) {
            Awaitility.await("a decision to be made")
                    .atMost(LONG)
                    .until(() -> status(proxy).path("status").asText().equals("held"));
            assertEquals(503, proxy.api.get(collection("old") + "/count").status());
            assertEquals(
                    503,
                    proxy.api
                            .post(collection("old") + "/add", records(500, 501, 3, 1))
                            .status());
            assertEquals(44, primary.count(collection(idOf(primary, "old"))), "nothing was done");
            String reason = status(proxy).path("reason").asText();
            Matcher named = Pattern.compile("ACCEPT_SHORTENED_LOG=(\\d+)").matcher(reason);
            assertTrue(named.find(), reason);
            lost = Long.parseLong(named.group(1));
            assertFalse(proxy.server.serving());
        }
        try (Running proxy = new Running("backup", "ACCEPT_SHORTENED_LOG", Long.toString(lost)).serving()) {
            proxy.awaitStates(2, PlaceState.READY);
            assertEquals(44, proxy.api.count(collection("old")));
            assertEquals(7, proxy.api.count(collection("newer")));
            proxy.api.add(collection("old"), records(600, 601, 3, 1));
            assertTrue(
                    proxy.wal.reader().cursors().stream().anyMatch(cursor -> cursor.lsn() > lost)
                            || proxy.wal.reader().space().last() > lost,
                    "no LSN is used twice");
        }
        try (Running proxy = new Running("backup").serving()) {
            assertEquals(45, proxy.api.count(collection("old")));
            Awaitility.await("both sides equal")
                    .atMost(LONG)
                    .untilAsserted(() -> InstanceDump.assertEqual(InstanceDump.of(primary), InstanceDump.of(replica)));
        }
    }

    /** The backup lacks 40 adds, a delete and a collection that the servers have. */
    private void writeThenBackUpThenWriteMore() throws SQLException {
        try (Running proxy = new Running("chroma_proxy").serving()) {
            proxy.api.post(D + "/collections", "{\"name\":\"old\"}").expect(200);
            proxy.api.add(collection("old"), records(0, 5, 3, 1));
            awaitWitness();
        }
        restore("CREATE DATABASE backup TEMPLATE chroma_proxy");
        try (Running proxy = new Running("chroma_proxy").serving()) {
            for (int i = 0; i < 40; i++) {
                proxy.api.add(collection("old"), records(100 + i, 101 + i, 3, 1));
            }
            proxy.api.post(D + "/collections", "{\"name\":\"newer\"}").expect(200);
            proxy.api.add(collection("newer"), records(0, 7, 3, 1));
            proxy.api
                    .post(collection("old") + "/delete", Json.object("ids", ids(0, 1)))
                    .expect(200);
            awaitWitness();
        }
    }

    private static JsonNode status(Running proxy) {
        return proxy.api.get("/status").json();
    }

    private void restore(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement jdbc = connection.createStatement()) {
            jdbc.execute(statement);
        }
    }

    /** Both witnesses carry an LSN that is not written any further. */
    private void awaitWitness() {
        AtomicLong before = new AtomicLong(-1);
        Awaitility.await("witnesses at rest")
                .atMost(LONG)
                .pollInterval(Duration.ofSeconds(6))
                .until(() -> {
                    long now = witness(primary) + witness(replica);
                    return now > 0 && before.getAndSet(now) == now;
                });
    }

    private static long witness(ChromaApi server) {
        return server.get("/api/v2/tenants/chroma-proxy/databases/witness/collections/witness")
                .json()
                .path("metadata")
                .path("lsn")
                .asLong();
    }
}
