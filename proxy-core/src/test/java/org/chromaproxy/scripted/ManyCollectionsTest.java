package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** With 100,000 collections the proxy tells no more of itself than with one, and as briefly. */
class ManyCollectionsTest {
    private static final int MANY = 100_000;
    private static final int BRIEF = 128 << 10;

    /** Everything that an operator or a program asks again and again. */
    private static final List<String> BOUNDED = List.of(
            "/metrics",
            "/health",
            "/status",
            "/status?realtime=true",
            "/wal/status",
            "/admin/instances",
            "/admin/scalability_status",
            "/admin/transaction_safety_status",
            "/admin/wal_count",
            "/admin/wal_errors",
            "/admin/wal_debug",
            "/admin/collection_mappings?limit=50",
            "/admin/collection_mappings?limit=50&search=many-9999",
            "/transaction/safety/status",
            Collection.DATABASE + "/collections_count");

    private static Set<String> series(Client client) {
        Set<String> series = new TreeSet<>();
        client.get("/metrics")
                .join()
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> series.add(line.substring(0, line.lastIndexOf(' '))));
        return series;
    }

    private static void fill(LogSql log) {
        try {
            log.change(
                    "INSERT INTO collection (public_id, tenant, database, name, created_lsn, deleted_lsn, created_at)"
                            + " SELECT ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'default_tenant',"
                            + " 'default_database', 'many-' || n, 1, 0, now() FROM generate_series(1, " + MANY + ") n");
            log.change("INSERT INTO collection_place (public_id, instance, instance_id, state, reason)"
                    + " SELECT public_id, i, gen_random_uuid(), 'READY', '' FROM collection,"
                    + " unnest(ARRAY['primary', 'replica']) i WHERE name LIKE 'many-%'");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void metricsAndStatusStayAsBriefAsWithOne() throws Exception {
        try (Stage stage = Stage.open()) {
            stage.usedCollection();
            Set<String> before = new TreeSet<>();
            try (Client client = stage.restartProxy()) {
                assertBrief(client, 1);
                before.addAll(series(client));
            }
            try (Client client = stage.restartProxy(() -> fill(stage.log()))) {
                assertBrief(client, MANY + 1);
                Set<String> more = series(client);
                more.removeAll(before);
                assertEquals(Set.of(), more);
                assertEquals(before.size(), series(client).size());
            }
        }
    }

    private static void assertBrief(Client client, int collections) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> client.get(Collection.DATABASE + "/collections_count")
                        .join()
                        .body()
                        .equals(Integer.toString(collections)));
        List<String> tooLong = new ArrayList<>();
        for (String target : BOUNDED) {
            Client.Answer answer = client.get(target).join();
            assertTrue(answer.status() == 200 || answer.status() == 503, target + ": " + answer.status());
            if (answer.body().length() > BRIEF) {
                tooLong.add(target + ": " + answer.body().length() + " characters");
            }
        }
        assertEquals(List.of(), tooLong);
    }
}
