package org.chromaproxy.admin;

import static org.awaitility.Awaitility.await;
import static org.chromaproxy.admin.AdminBed.booleans;
import static org.chromaproxy.admin.AdminBed.numbers;
import static org.chromaproxy.admin.AdminBed.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.Write;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of an instance, and what they do to it. */
@Timeout(90)
class InstanceEndpointsTest {
    private static AdminBed bed;
    private static Instance primary;
    private static Instance replica;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        bed = new AdminBed(folder.resolve("log"));
        primary = bed.instances.get(0);
        replica = bed.instances.get(1);
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    @BeforeEach
    void allIsWell() {
        bed.replicaServer.failing = false;
        for (Instance instance : bed.instances) {
            bed.act(200, "POST", path(instance, "resume"), "");
            bed.act(200, "POST", path(instance, "health"), "{\"healthy\":true}");
        }
        awaitProbed("up", "up");
    }

    private static String path(Instance instance, String what) {
        return "/admin/instances/" + instance.name() + "/" + what;
    }

    private static List<String> states() {
        return bed.page("/status?realtime=true")
                .path("instances")
                .valueStream()
                .map(instance -> instance.path("state").asText())
                .toList();
    }

    /** The bed probes on demand only: each look is a probe of both. */
    private static void awaitProbed(String first, String second) {
        await().until(InstanceEndpointsTest::states, List.of(first, second)::equals);
    }

    private static Optional<JsonNode> event(String field, String value) {
        return bed.page("/admin/events?limit=200")
                .path("events")
                .valueStream()
                .filter(event -> event.path(field).asText().equals(value))
                .findFirst();
    }

    @Test
    void anInstanceForcedDownForADrillReturnsByItselfThroughItsProbes() {
        JsonNode done = bed.act(200, "POST", path(replica, "health"), "{\"healthy\":false,\"duration_seconds\":1.5}");

        texts(done, "instance");
        booleans(done, "success", "health_set_to", "original_health");
        numbers(done, "will_restore_in_seconds");
        assertTrue(done.path("original_health").asBoolean());
        assertFalse(done.path("health_set_to").asBoolean());
        assertEquals(List.of("up", "down"), states());
        assertTrue(bed.page("/health").path("reasons").toString().contains("forced down"));
        awaitProbed("up", "up");
    }

    @Test
    void healthyEndsAForcedStateButRevivesNothingDead() {
        bed.act(200, "POST", path(replica, "health"), "{\"healthy\":false,\"duration_seconds\":3600}");
        assertEquals(List.of("up", "down"), states());

        bed.replicaServer.failing = true;
        JsonNode done = bed.act(200, "POST", path(replica, "health"), "{\"healthy\":true}");
        assertTrue(done.path("health_set_to").asBoolean());
        assertFalse(done.path("healthy").asBoolean());
        assertEquals(List.of("up", "down"), states());

        bed.replicaServer.failing = false;
        awaitProbed("up", "up");
    }

    @Test
    void nobodyElseMayForceOrDrain() {
        for (String what : new String[] {"health", "drain", "resume", "resync"}) {
            AdminBed.expect(
                    403,
                    bed.ask("POST", path(replica, what), "", "{\"healthy\":false}", false)
                            .join());
            bed.act(405, "GET", path(replica, what), "");
            bed.act(404, "POST", "/admin/instances/nobody/" + what, "{\"healthy\":false}");
        }
        bed.act(404, "POST", path(replica, "nonsense"), "");
        bed.act(400, "POST", path(replica, "health"), "{}");
        bed.act(400, "POST", path(replica, "health"), "{\"healthy\":false,\"duration_seconds\":-1}");
        assertEquals(List.of("up", "up"), states());
    }

    @Test
    void aDrainedPrimaryHandsLeadershipOverKeepsNothingAndComesBack() {
        List<Write> writes = List.of(
                bed.write(bed.map("drained-1"), Optional.empty()), bed.write(bed.map("drained-2"), Optional.empty()));
        writes.forEach(write -> assertEquals(201, write.result().join().status()));

        assertTrue(
                bed.act(200, "POST", path(primary, "drain"), "").path("success").asBoolean());
        await().until(() -> states().getFirst().equals("maintenance"));

        assertEquals(0, bed.lanes.ledBy(primary));
        JsonNode moved = event("kind", "leadership").orElseThrow();
        assertEquals("primary is being drained", moved.path("reason").asText());
        assertEquals("replica", moved.path("to").asText());
        assertTrue(moved.path("count").asInt() >= 3, "two collections and the catalog in one line: " + moved);
        assertEquals("1/2", bed.page("/health").path("healthy_instances").asText());

        Write during = bed.write(bed.map("drained-3"), Optional.empty());
        assertEquals(201, during.result().join().status());
        assertEquals(1, primary.pending().records());
        bed.act(200, "POST", path(primary, "resume"), "");
        awaitProbed("up", "up");
        await().until(() -> primary.pending().records() == 0);
    }

    @Test
    void theLastUsableInstanceIsDrainedOnlyByForce() {
        bed.act(200, "POST", path(primary, "drain"), "");
        await().until(() -> states().getFirst().equals("maintenance"));

        String refusal =
                bed.act(409, "POST", path(replica, "drain"), "").path("message").asText();
        assertTrue(refusal.contains("last usable"), refusal);
        assertEquals(List.of("maintenance", "up"), states());

        bed.act(200, "POST", path(replica, "drain"), "{\"force\":true}");
        assertEquals(List.of("maintenance", "maintenance"), states());
    }

    @Test
    void aDrainedInstanceStaysOutThoughItsServerStopsAndStarts() {
        bed.act(200, "POST", path(replica, "drain"), "");
        await().until(() -> states().getLast().equals("maintenance"));

        bed.replicaServer.failing = true;
        assertEquals(List.of("up", "maintenance"), states());
        bed.replicaServer.failing = false;
        for (int i = 0; i < 5; i++) {
            assertEquals(List.of("up", "maintenance"), states());
        }
    }

    @Test
    void lagIsShownInRecordsBytesAndSecondsUntilItIsGone() {
        bed.replicaServer.gate = new CountDownLatch(1);
        bed.write(bed.map("behind"), Optional.empty()).result().join();

        await().until(() -> lag().path("seconds").asDouble() > 0.5);
        assertEquals(1, lag().path("records").asInt());
        assertEquals(32, lag().path("bytes").asInt());
        JsonNode node = bed.page("/wal/status").at("/instances/1");
        numbers(node, "catch_up_rate", "lanes_behind", "lanes_diverged");
        assertEquals(1, node.path("lanes_behind").asInt());
        assertTrue(node.path("estimated_seconds_left").isNull(), "it does not come closer");
        assertEquals(0, bed.page("/wal/status").at("/instances/0/lag/records").asInt());

        bed.replicaServer.gate.countDown();
        await().until(() -> lag().path("records").asInt() == 0);
        assertEquals(0, lag().path("seconds").asDouble());
        assertEquals(
                0, bed.page("/status").at("/instances/1/estimated_seconds_left").asInt(-1));
        await().until(
                        () -> bed.page("/admin/instances")
                                .at("/instances/1/catch_up_rate")
                                .asDouble(),
                        rate -> rate > 0);
    }

    private static JsonNode lag() {
        return bed.page("/admin/instances").at("/instances/1/lag");
    }

    @Test
    void eventsAreNewestFirstAndLimited() {
        bed.act(200, "POST", path(replica, "health"), "{\"healthy\":false,\"duration_seconds\":0.001}");
        awaitProbed("up", "up");

        JsonNode events = bed.page("/admin/events").path("events");
        for (JsonNode event : events) {
            texts(event, "time", "instance", "kind", "from", "to", "reason");
            numbers(event, "count");
        }
        assertEquals(
                "down>up",
                events.at("/0/from").asText() + ">" + events.at("/0/to").asText());
        assertEquals(1, bed.page("/admin/events?limit=1").path("events").size());
        bed.act(400, "GET", "/admin/events?limit=many", "");
    }
}
