package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.local.FreePort;
import org.chromaproxy.support.WebhookServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Weights, drained instances and bounds of clients, changed under way. */
@Timeout(120)
class LiveSettingsTest {
    private static final String GET = "GET /health HTTP/1.1\r\nHost: proxy\r\n";
    private static final int READS = 60;

    @TempDir
    private Path folder;

    private ReloadBed bed;

    @BeforeEach
    void start() throws Exception {
        bed = new ReloadBed(folder);
        bed.create("shared");
    }

    @AfterEach
    void stop() {
        bed.close();
    }

    private void reload(String... settings) throws Exception {
        bed.settings(settings);
        bed.reload(200);
    }

    private RawConnection connection() throws Exception {
        return new RawConnection(bed.client().port());
    }

    private static int status(RawConnection connection) throws Exception {
        return connection.send(GET + "\r\n").read().status();
    }

    @Test
    void readsFollowTheWeights() throws Exception {
        reload("read_weights: primary=1, replica=0");
        assertEquals(READS, bed.readFromPrimary("shared", READS));
        reload("read_weights: primary=0, replica=3");
        assertEquals(0, bed.readFromPrimary("shared", READS));
        reload("read_weights: primary=0, replica=0");
        bed.readFromPrimary("shared", 1);
        reload("read_weights: replica=1");
        int some = bed.readFromPrimary("shared", READS);
        assertTrue(some > 0 && some < READS, "without a weight it is 1: " + some + " of " + READS);
        reload("read_weights: primary=0");
        bed.replica().vanish();
        bed.awaitState("replica", "down");
        assertEquals(READS, bed.readFromPrimary("shared", READS), "there is nobody else");
    }

    @Test
    void aServerThatIsNamedIsDrainedAndComesBackWhenItIsNotNamedAnyMore() throws Exception {
        reload("drained: [primary]");
        bed.awaitState("primary", "maintenance");
        assertEquals(0, bed.readFromPrimary("shared", READS));
        bed.add("shared", "meanwhile");
        assertFalse(bed.primary().model().ids("shared").contains("meanwhile"));
        reload();
        bed.awaitState("primary", "up");
        await().atMost(Stage.SOON)
                .until(() -> bed.primary().model().ids("shared").contains("meanwhile"));
    }

    @Test
    void theLastUsableServerIsNeverDrainedAndNothingElseIsTakenUpThen() throws Exception {
        bed.settings("drained: [primary, replica]");
        String both = bed.reload(400).at("/not_taken/0").asText();
        assertTrue(both.contains("names every instance"), both);
        bed.settings("drained: [tertiary]");
        String unknown = bed.reload(400).at("/not_taken/0").asText();
        assertTrue(unknown.contains("names no instance with [tertiary]; there are primary, replica"), unknown);
        bed.replica().vanish();
        bed.awaitState("replica", "down");
        bed.settings("drained: [primary]", "request_timeout: 33");
        String last = bed.reload(400).at("/not_taken/0").asText();
        assertTrue(last.contains("primary is the last usable instance"), last);
        assertEquals("up", bed.state("primary"));
        assertEquals(60_000, bed.reloader().config().timing().requestMs());
        bed.replica().reappear();
        bed.awaitState("replica", "up");
        bed.reload(200);
        bed.awaitState("primary", "maintenance");
    }

    @Test
    void theLastServerThatCanComeBackByItselfIsNotDrained() throws Exception {
        assertEquals(
                200,
                bed.client().post("/admin/instances/replica/drain", "").join().status());
        bed.awaitState("replica", "maintenance");
        bed.primary().vanish();
        bed.awaitState("primary", "down");
        bed.settings("drained: [primary]");
        String last = bed.reload(400).at("/not_taken/0").asText();
        assertTrue(last.contains("primary is down, but the last one that can come back by itself"), last);
        bed.primary().reappear();
        bed.awaitState("primary", "up");
        bed.replica().vanish();
        assertEquals(
                200,
                bed.client().post("/admin/instances/replica/resume", "").join().status());
        bed.awaitState("replica", "down");
        bed.primary().vanish();
        bed.awaitState("primary", "down");
        bed.reload(200);
        bed.awaitState("primary", "maintenance");
        bed.replica().reappear();
        bed.awaitState("replica", "up");
    }

    @Test
    void aServerThatAnOperatorResumedCountsThoughItIsNamed() throws Exception {
        bed.close();
        String third = "more_instances: third=http://127.0.0.1:" + FreePort.next();
        bed = new ReloadBed(folder, third, "drained: [replica]");
        assertEquals("maintenance", bed.state("replica"));
        assertEquals(
                200,
                bed.client().post("/admin/instances/replica/resume", "").join().status());
        bed.awaitState("replica", "up");
        bed.awaitState("primary", "up");
        reload(third, "drained: [primary, replica]");
        bed.awaitState("primary", "maintenance");
        assertEquals("up", bed.state("replica"));
    }

    @Test
    void anOrderByTheEndpointHoldsUntilTheSettingChanges() throws Exception {
        reload("drained: [replica]");
        bed.awaitState("replica", "maintenance");
        assertEquals(
                200,
                bed.client().post("/admin/instances/replica/resume", "").join().status());
        bed.awaitState("replica", "up");
        bed.reload(200);
        assertEquals("up", bed.state("replica"));
        assertEquals(
                200,
                bed.client().post("/admin/instances/replica/drain", "").join().status());
        bed.awaitState("replica", "maintenance");
        bed.reload(200);
        assertEquals("maintenance", bed.state("replica"));
        reload();
        bed.awaitState("replica", "up");
    }

    @Test
    void aServerCanBeOutOfUseFromTheStart() throws Exception {
        bed.close();
        bed = new ReloadBed(folder, "drained: [primary]");
        assertEquals("maintenance", bed.state("primary"));
        bed.awaitState("replica", "up");
        assertEquals(
                200,
                bed.client()
                        .post(Collection.DATABASE + "/collections", "{\"name\":\"early\"}")
                        .join()
                        .status());
        reload();
        bed.awaitState("primary", "up");
        bed.add("early", "first");
        await().atMost(Stage.SOON)
                .until(() -> bed.primary().model().ids("early").contains("first"));
    }

    @Test
    void boundsOfClientsChangeForThoseThatAreConnected() throws Exception {
        try (RawConnection client = connection()) {
            reload("client_max_requests_per_second: 1", "cors_origins: [\"https://app.example\"]");
            List<Integer> statuses = new ArrayList<>();
            while (!statuses.contains(429)) {
                statuses.add(status(client));
                assertTrue(statuses.size() < 30, statuses.toString());
            }
            // A reload counts as a request, too.
            bed.settings("client_max_connections: 1", "cors_origins: [\"https://app.example\"]");
            assertFalse(bed.reloader().reload().refused());
            for (int i = 0; i < 30; i++) {
                assertEquals(200, status(client));
            }
            assertEquals(
                    "https://app.example",
                    client.send(GET + "Origin: https://app.example\r\n\r\n")
                            .read()
                            .headers()
                            .get("access-control-allow-origin"));
            try (RawConnection first = connection()) {
                assertEquals(200, status(first));
                try (RawConnection second = connection()) {
                    assertTrue(second.closedByPeer());
                }
            }
        }
    }

    @Test
    void timesOfClientsChangeForThoseThatAreConnected() throws Exception {
        try (RawConnection head = connection();
                RawConnection body = connection()) {
            assertEquals(200, status(head));
            assertEquals(200, status(body));
            reload("client_head_timeout: 1", "client_stall_timeout: 1");
            head.send("GET /health HT");
            body.send("POST " + Collection.DATABASE + "/collections/shared/add HTTP/1.1\r\nHost: proxy\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{");
            assertEquals(408, head.read().status());
            int status = 0;
            // A byte now and then is no stall, but slower than the least rate.
            while (status == 0) {
                try {
                    body.send(" ").timeout(200);
                    status = body.read().status();
                } catch (SocketTimeoutException goOn) {
                    status = 0;
                }
            }
            assertEquals(408, status);
        }
    }

    @Test
    void alertsGoToTheAddressThatHoldsNow() throws Exception {
        try (WebhookServer one = new WebhookServer();
                WebhookServer other = new WebhookServer()) {
            reload("slack_webhook_url: " + one.address(), "alert_pause: 1");
            bed.replica().vanish();
            await().atMost(Stage.SOON).until(() -> !one.texts().isEmpty());
            reload("slack_webhook_url: " + other.address(), "alert_pause: 1");
            await().atMost(Stage.SOON).until(() -> !other.texts().isEmpty());
            assertTrue(other.texts().getFirst().contains("replica is down"), other.texts()::toString);
            reload();
            bed.replica().reappear();
            bed.awaitState("replica", "up");
            assertEquals(1, other.texts().size());
        }
    }
}
