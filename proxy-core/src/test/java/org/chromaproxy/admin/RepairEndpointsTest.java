package org.chromaproxy.admin;

import static org.chromaproxy.admin.AdminBed.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said about repairs; that they repair is shown with real servers. */
@Timeout(90)
class RepairEndpointsTest {
    private static AdminBed bed;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        bed = new AdminBed(folder.resolve("log"));
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    private static Mapping diverged(String name) {
        Place led = new Place(UUID.randomUUID(), PlaceState.READY, "");
        Place differs = new Place(UUID.randomUUID(), PlaceState.DIVERGED, "a test says so");
        Map<String, Place> places = Map.of("primary", led, "replica", differs);
        return bed.map(new Mapping(led.instanceId(), AdminBed.path(name), 0, 0, Instant.now(), places));
    }

    private static String message(int status, String path, String body) {
        return bed.act(status, "POST", path, body).path("message").asText();
    }

    @Test
    void onlyThisMachineMayAsk() {
        diverged("asked");
        for (String path : new String[] {"/admin/collections/asked/repair", "/admin/instances/replica/resync"}) {
            AdminBed.expect(
                    403,
                    bed.ask("POST", path, "", "{\"instance\":\"replica\"}", false)
                            .join());
            bed.act(405, "GET", path, "");
        }
        assertEquals(0, bed.page("/status").path("repairs").size());
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        bed.map("well");
        assertTrue(message(400, "/admin/collections/well/repair", "{}").contains("instance is needed"));
        assertTrue(message(404, "/admin/collections/none/repair", "{\"instance\":\"replica\"}")
                .contains("[none]"));
        bed.act(400, "POST", "/admin/collections/well/repair", "{\"instance\":\"replica\",\"force\":1}");
        assertTrue(message(409, "/admin/collections/well/repair", "{\"instance\":\"replica\"}")
                .contains("force"));
        assertTrue(message(409, "/admin/instances/replica/resync", "").contains("does not need a resync"));
    }

    @Test
    void aRepairThatCannotGoOnSaysWhyAndIsShown() {
        diverged("stuck");
        bed.replicaServer.failing = true;

        String told = message(503, "/admin/collections/stuck/repair", "{\"instance\":\"replica\"}");

        bed.replicaServer.failing = false;
        assertTrue(told.contains("replica answered 500"), told);
        JsonNode job = bed.page("/status").at("/repairs/0");
        texts(job, "what", "instance", "step", "began", "ended", "failure");
        assertTrue(job.path("failure").asText().contains("replica answered 500"), job.toString());
        assertEquals("replacing", job.path("step").asText());
    }
}
