package org.chromaproxy.admin;

import static org.chromaproxy.admin.AdminBed.numbers;
import static org.chromaproxy.admin.AdminBed.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.lane.Write;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mappings, seen and changed by operators, and the other things they may have done. */
class MappingEndpointsTest {
    private static final UUID HERE = new UUID(0x1234_0000_0000_4000L, 0x8000_0000_0000_0001L);
    private static final UUID THERE = new UUID(0x1234_0000_0000_4000L, 0x8000_0000_0000_0002L);

    private static AdminBed bed;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        bed = new AdminBed(folder.resolve("log"));
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    @BeforeEach
    void noCollections() {
        List.copyOf(bed.catalog.alive()).forEach(entry -> bed.catalog.drop(entry.publicId()));
        bed.primaryServer.collections.clear();
        bed.replicaServer.collections.clear();
        bed.primaryServer.count = "0";
        bed.replicaServer.count = "0";
    }

    private static String body(String name, Object primary, Object replica) {
        return "{\"collection_name\":\"" + name + "\",\"primary_id\":\"" + primary + "\",\"replica_id\":\"" + replica
                + "\"}";
    }

    private static Place place(Mapping mapping, String instance) {
        return Objects.requireNonNull(mapping.places().get(instance));
    }

    private static void onBoth(String name) {
        bed.primaryServer.collections.put(name, HERE);
        bed.replicaServer.collections.put(name, THERE);
    }

    @Test
    void aMappingIsShownWithEveryField() {
        Mapping mapping = bed.map("seen");

        JsonNode page = bed.page("/admin/collection_mappings");

        numbers(page, "total_mappings");
        JsonNode row = page.at("/collection_mappings/0");
        texts(row, "collection_name", "tenant", "database", "created_at", "updated_at", "status", "leader");
        String primary = place(mapping, "primary").instanceId().toString();
        String replica = place(mapping, "replica").instanceId().toString();
        assertEquals(primary, row.path("primary_collection_id").asText());
        assertEquals(primary, row.path("primary_uuid").asText());
        assertEquals(replica, row.path("replica_collection_id").asText());
        assertEquals(replica, row.path("replica_uuid").asText());
        assertEquals(mapping.publicId().toString(), row.path("public_id").asText());
        assertEquals("complete", row.path("status").asText());
        assertEquals("ready", row.at("/places/replica/state").asText());
        JsonNode old = bed.page("/collection/mappings");
        numbers(old, "count");
        assertEquals(row, old.at("/mappings/0"));
        assertTrue(old.path("unmapped_collections").isArray());
    }

    @Test
    void aCollectionOnOneInstanceOnlyIsPartial() {
        Place here = new Place(HERE, PlaceState.READY, "");
        bed.map(new Mapping(HERE, AdminBed.path("half"), 0, 0, Instant.now(), Map.of("primary", here)));

        JsonNode row = bed.page("/admin/collection_mappings").at("/collection_mappings/0");

        assertEquals("partial", row.path("status").asText());
        assertTrue(row.path("replica_uuid").isNull());
        assertEquals(
                1, bed.page("/status").at("/performance_stats/mapping_failures").asInt());
    }

    @Test
    void mappingsArePaged() {
        for (int i = 0; i < 5; i++) {
            bed.map("page-" + i);
        }

        List<String> seen = new ArrayList<>();
        for (int offset = 0; offset < 6; offset += 2) {
            JsonNode page = bed.page("/admin/collection_mappings?limit=2&offset=" + offset);
            assertEquals(5, page.path("total_mappings").asInt());
            page.path("collection_mappings")
                    .forEach(row -> seen.add(row.path("collection_name").asText()));
        }

        assertEquals(List.of("page-0", "page-1", "page-2", "page-3", "page-4"), seen);
        bed.act(400, "GET", "/admin/collection_mappings?limit=-1", "");
    }

    @Test
    void aMappingTheLogRefusesIsAConflictAndNotAWait() {
        onBoth("raced");
        Mapping first = new Mapping(new UUID(7, 7), AdminBed.path("raced"), 0, 0, Instant.now(), Map.of());
        bed.durable(new Change.PutMapping(first));

        JsonNode refused = bed.act(409, "POST", "/admin/create_mapping", body("raced", HERE, THERE));

        assertTrue(refused.path("message").asText().contains("Nothing was changed"));
        assertTrue(bed.catalog.named(AdminBed.path("raced")).isEmpty());
    }

    @Test
    void aMappingBothInstancesConfirmIsStored() {
        onBoth("by-hand");

        JsonNode stored = bed.act(200, "POST", "/admin/create_mapping", body("by-hand", HERE, THERE));

        assertTrue(stored.path("success").asBoolean());
        texts(stored, "message", "primary_id", "replica_id");
        Mapping mapping =
                bed.catalog.named(AdminBed.path("by-hand")).orElseThrow().mapping();
        assertEquals(HERE, mapping.publicId());
        assertEquals(PlaceState.READY, place(mapping, "replica").state());
        assertTrue(bed.wal.reader().mappings().stream()
                .anyMatch(durable ->
                        durable.publicId().equals(HERE) && durable.places().equals(mapping.places())));
        bed.act(200, "POST", "/admin/create_mapping", body("by-hand", HERE, THERE));
        bed.act(200, "DELETE", "/collection/mappings/by-hand", "");
    }

    @Test
    void copiesWithRecordsAreNotTrustedForReadsUntilCompared() {
        onBoth("filled");
        bed.replicaServer.count = "3";

        bed.act(200, "POST", "/admin/create_mapping", body("filled", HERE, THERE));

        Mapping mapping =
                bed.catalog.named(AdminBed.path("filled")).orElseThrow().mapping();
        assertEquals(PlaceState.READY, place(mapping, "primary").state());
        assertEquals(PlaceState.UNVERIFIED, place(mapping, "replica").state());
        bed.act(200, "DELETE", "/collection/mappings/filled", "");
    }

    @Test
    void whatAnInstanceDoesNotConfirmIsNotStored() {
        onBoth("doubtful");
        UUID nowhere = UUID.randomUUID();

        bed.act(400, "POST", "/admin/create_mapping", body("doubtful", HERE, nowhere));
        bed.act(400, "POST", "/admin/create_mapping", body("doubtful", nowhere, THERE));
        bed.act(400, "POST", "/admin/create_mapping", body("absent", HERE, THERE));
        bed.act(400, "POST", "/admin/create_mapping", body("doubtful", "no-uuid", THERE));
        bed.act(400, "POST", "/admin/create_mapping", "{\"collection_name\":\"doubtful\"}");
        bed.act(400, "POST", "/admin/create_mapping", "[]");
        bed.act(400, "POST", "/admin/create_mapping", "{");

        assertEquals(0, bed.catalog.size());
    }

    @Test
    void aMappingOrIdInUseIsNotReplaced() {
        bed.map("taken");
        onBoth("taken");
        bed.act(409, "POST", "/admin/create_mapping", body("taken", HERE, THERE));

        Mapping other = bed.map("other");
        bed.primaryServer.collections.put("new", other.publicId());
        bed.replicaServer.collections.put("new", THERE);
        bed.act(409, "POST", "/admin/create_mapping", body("new", other.publicId(), THERE));
    }

    @Test
    void aDroppedMappingIsGoneForGood() {
        Mapping mapping = bed.map("dropped");

        bed.act(200, "DELETE", "/collection/mappings/dropped", "");

        assertTrue(bed.catalog.named(mapping.path()).isEmpty());
        assertFalse(bed.wal.reader().mappings().stream()
                .anyMatch(durable -> durable.publicId().equals(mapping.publicId())));
        bed.act(404, "DELETE", "/collection/mappings/dropped", "");
    }

    @Test
    void aProtectedCollectionsMappingStays() {
        bed.map("global");

        JsonNode refused = bed.act(403, "DELETE", "/collection/mappings/global", "");

        assertTrue(refused.path("message").asText().contains("protected"));
        assertEquals(1, bed.catalog.size());
    }

    @Test
    void aMappingIsNotDroppedWhileAnInstanceIsOwedWrites() {
        bed.replicaServer.gate = new CountDownLatch(1);
        Write write = bed.write(bed.map("busy"), Optional.empty());
        write.result().join();

        bed.act(409, "DELETE", "/collection/mappings/busy", "");
        bed.replicaServer.gate.countDown();

        Awaitility.await()
                .until(() -> bed.page("/admin/wal_count").path("pending_writes").asLong() == 0);
        bed.act(200, "DELETE", "/collection/mappings/busy", "");
    }

    @Test
    void onlyThisMachineMayAct() {
        for (String path : new String[] {"/admin/create_mapping", "/wal/cleanup", "/admin/complete_mappings"}) {
            Answer answer = bed.ask("POST", path, "", "{}", false).join();
            texts(AdminBed.expect(403, answer), "error", "message");
        }
        AdminBed.expect(
                403, bed.ask("DELETE", "/collection/mappings/x", "", "", false).join());
    }

    @Test
    void adoptionIsRunOnDemandAndOneActionAtATime() {
        assertEquals(
                "2 collections copied",
                bed.act(200, "POST", "/admin/complete_mappings", "")
                        .path("message")
                        .asText());
        CompletableFuture<String> slow = new CompletableFuture<>();
        bed.adoption = slow;

        CompletableFuture<Answer> first = bed.ask("POST", "/admin/complete_mappings", "", "", true);
        bed.act(503, "POST", "/admin/complete_mappings", "");
        slow.complete("done");

        AdminBed.expect(200, first.join());
    }

    @Test
    void cleaningUpDeletesNothingThatIsNeeded() {
        bed.write(bed.map("kept"), Optional.empty()).result().join();

        JsonNode cleaned = bed.act(200, "POST", "/wal/cleanup", "{\"max_age_hours\":0}");

        texts(cleaned, "status", "message");
        numbers(cleaned, "deleted_entries", "reset_entries");
        assertEquals(0, cleaned.path("deleted_entries").asInt());
        bed.act(200, "POST", "/wal/cleanup", "");
        bed.act(400, "POST", "/wal/cleanup", "{\"max_age_hours\":\"old\"}");
    }
}
