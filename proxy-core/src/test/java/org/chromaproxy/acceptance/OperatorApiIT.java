package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
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

/**
 * The operators' paths with every field that existing dashboards read, each of its kind. Lists of fields are written
 * {@code kind: name name ...}; a name may be a path with dots, and {@code name[]} stands for every element.
 */
@Timeout(900)
class OperatorApiIT {
    private static final String WAL = """
            number: pending_writes sync_interval_seconds
            boolean: is_syncing
            text: database approach""";
    private static final String HIGH_VOLUME = """
            number: max_memory_mb current_memory_percent peak_memory_usage max_workers default_batch_size
            number: max_batch_size max_concurrent_requests request_queue_size request_timeout""";
    private static final String CONCURRENCY = """
            number: lock_contention_avoided concurrent_requests_active total_requests_processed timeout_requests
            number: queue_full_rejections mapping_failures critical_mapping_failures mapping_exceptions""";
    private static final String PERFORMANCE = """
            number: memory_pressure_events adaptive_batch_reductions avg_sync_throughput
            number: connection_pool_hits connection_pool_misses
            """ + CONCURRENCY;
    private static final String TRANSACTION = """
            text: transaction_id status method path operation_type created_at
            number: retry_count max_retries response_status
            boolean: is_timing_gap_failure
            present: completed_at failure_reason""";

    private static final String INSTANCE = """
            text: instances[].name instances[].success_rate
            boolean: instances[].healthy
            number: instances[].total_requests instances[].consecutive_failures
            present: instances[].last_health_check""";
    private static final String STATS = """
            number: total_requests successful_requests failed_requests total_wal_writes
            number: successful_syncs failed_syncs sync_cycles batches_processed""";
    private static final String MAPPINGS = """
            text: collection_mappings[].collection_name collection_mappings[].tenant
            text: collection_mappings[].database collection_mappings[].primary_collection_id
            text: collection_mappings[].replica_collection_id collection_mappings[].primary_uuid
            text: collection_mappings[].replica_uuid collection_mappings[].status
            present: collection_mappings[].created_at collection_mappings[].updated_at
            number: total_mappings""";
    private static final String INSTANCES = """
            text: instances[].url
            number: instances[].priority instances[].successful_requests healthy_count total_count""";

    private static Deployment deployment;
    private static ChromaApi proxy;
    private static String transaction;

    @BeforeAll
    static void start(@TempDir Path directory) {
        deployment = Deployment.prepare(directory);
        proxy = deployment.startProxy().api();
        proxy.create("observed");
        transaction = proxy.post(collection("observed") + "/add", "{\"ids\":[\"a\"],\"embeddings\":[[1,2]]}")
                .expect(201)
                .header("Transaction-ID");
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void health() {
        JsonNode health = proxy.get("/health").expect(200).json();
        hasFields(health, "text: status healthy_instances service architecture\nnumber: pending_writes");
        assertEquals("healthy", health.path("status").asText());
        assertEquals("2/2", health.path("healthy_instances").asText());
    }

    @Test
    void status() {
        for (String path : List.of("/status", "/status?realtime=true")) {
            JsonNode status = proxy.get(path).expect(200).json();
            hasFields(
                    status,
                    "text: service architecture\nnumber: healthy_instances total_instances\npresent: timestamp");
            hasFields(status.path("high_volume_config"), HIGH_VOLUME);
            hasFields(status.path("unified_wal"), WAL);
            hasFields(status.path("performance_stats"), PERFORMANCE);
            hasFields(
                    status.path("concurrency_details"),
                    CONCURRENCY + "\nnumber: semaphore_acquisitions semaphore_releases processing_failures");
            hasFields(status, INSTANCE);
            hasFields(status.path("stats"), STATS);
            assertEquals(2, status.path("instances").size());
            assertTrue(status.path("stats").path("total_wal_writes").asLong() >= 2, "the create and the add");
        }
    }

    @Test
    void walStatus() {
        Deployment.awaitDrained(proxy);
        JsonNode status = proxy.get("/wal/status").expect(200).json();
        hasFields(status.path("wal_system"), WAL + "\nnumber: failed_syncs successful_syncs");
        hasFields(status.path("performance_stats"), PERFORMANCE);
        hasFields(status.path("high_volume_config"), HIGH_VOLUME);
    }

    @Test
    void mappings() {
        Mapping.awaitComplete(proxy, "observed");
        JsonNode all = proxy.get("/admin/collection_mappings").expect(200).json();
        hasFields(all, MAPPINGS);
        JsonNode old = proxy.get("/collection/mappings").expect(200).json();
        hasFields(old, "text: mappings[].collection_name\nnumber: count");
        assertEquals(all.path("total_mappings").asInt(), old.path("count").asInt());
    }

    @Test
    void mappingsArePaged() {
        for (int i = 0; i < 5; i++) {
            proxy.create("mapped-" + i);
        }
        JsonNode first =
                proxy.get("/admin/collection_mappings?limit=3").expect(200).json();
        JsonNode second = proxy.get("/admin/collection_mappings?limit=3&offset=3")
                .expect(200)
                .json();
        assertEquals(3, first.path("collection_mappings").size());
        assertTrue(first.path("total_mappings").asInt() >= 6);
        for (JsonNode row : second.path("collection_mappings")) {
            assertFalse(first.path("collection_mappings")
                    .toString()
                    .contains(row.path("primary_uuid").asText()));
        }
    }

    @Test
    void instances() {
        JsonNode instances = proxy.get("/admin/instances").expect(200).json();
        hasFields(instances, INSTANCE);
        hasFields(instances, INSTANCES);
        assertEquals(2, instances.path("healthy_count").asInt());
    }

    @Test
    void transactionSafety() {
        JsonNode safety =
                proxy.get("/admin/transaction_safety_status").expect(200).json();
        hasFields(safety.path("transaction_safety_service"), "boolean: available running table_exists");
        hasFields(safety, "number: recent_transactions.total_last_2_hours timing_gap_failures_24h pending_recovery");
        hasFields(safety, "present: recent_transactions.by_status pending_recovery_transactions");
        assertTrue(safety.path("recent_transactions").path("total_last_2_hours").asInt() >= 2);
        JsonNode status = proxy.get("/transaction/safety/status").expect(200).json();
        hasFields(
                status,
                "boolean: available service_running\nnumber: recovery_interval\npresent: summary_by_status metrics");
    }

    @Test
    void aTransactionCanBeLookedUpByTheIdInItsResponse() {
        assertFalse(transaction.isEmpty(), "every write's response carries a Transaction-ID");
        for (String path : List.of("/transactions/", "/transaction/safety/transaction/")) {
            JsonNode found =
                    proxy.get(path + transaction + "?wait=10s").expect(200).json();
            hasFields(found, TRANSACTION);
            assertEquals(transaction, found.path("transaction_id").asText());
            assertEquals("COMPLETED", found.path("status").asText());
            assertEquals(201, found.path("response_status").asInt());
            assertEquals("POST", found.path("method").asText());
        }
        proxy.get("/transactions/no-such-transaction").expectError(404);
    }

    @Test
    void aRefusedWritesTransactionIsFailedAndSaysWhy() {
        Answer refused =
                proxy.post(D + "/collections", Json.object("name", "observed")).expectError(409);
        JsonNode found = proxy.get("/transactions/" + refused.header("Transaction-ID") + "?wait=10s")
                .expect(200)
                .json();
        assertEquals("FAILED", found.path("status").asText());
        assertTrue(found.path("failure_reason").asText().contains("already exists"), found.toString());
        assertEquals(409, found.path("response_status").asInt());
    }

    @Test
    void readsCarryNoTransactionId() {
        assertEquals("", proxy.get(collection("observed")).expect(200).header("Transaction-ID"));
        assertEquals(
                "",
                proxy.post(collection("observed") + "/get", "{}").expect(200).header("Transaction-ID"));
    }

    @Test
    void aMappingIsStoredOnlyWhenBothIdsAreTrue() {
        String onPrimary = deployment.primary().api().create("by-hand");
        String onReplica = deployment.replica().api().create("by-hand");
        String nowhere = "00000000-0000-4000-8000-00000000beef";

        assertFalse(createMapping(onPrimary, nowhere).isSuccess());
        assertFalse(createMapping(nowhere, onReplica).isSuccess());
        JsonNode stored = createMapping(onPrimary, onReplica).expect(200).json();

        hasFields(stored, "boolean: success\ntext: message primary_id replica_id");
        assertTrue(Mapping.awaitComplete(proxy, "by-hand").complete());
        proxy.post(collection("by-hand") + "/add", "{\"ids\":[\"a\"],\"embeddings\":[[1,2]]}")
                .expect(201);
        deployment.assertEqualWhenDrained(proxy);
    }

    private static Answer createMapping(String primaryId, String replicaId) {
        return proxy.post(
                "/admin/create_mapping",
                Json.object("collection_name", "by-hand", "primary_id", primaryId, "replica_id", replicaId));
    }

    private static void hasFields(JsonNode node, String wanted) {
        for (String line : wanted.lines().toList()) {
            String kind = line.substring(0, line.indexOf(':'));
            for (String path : line.substring(kind.length() + 2).split(" ", -1)) {
                hasField(node, path, kind);
            }
        }
    }

    private static void hasField(JsonNode node, String path, String kind) {
        int list = path.indexOf("[].");
        if (list >= 0) {
            JsonNode elements = node.at(pointer(path.substring(0, list)));
            assertTrue(elements.isArray() && !elements.isEmpty(), path + " in " + node);
            elements.forEach(element -> hasField(element, path.substring(list + 3), kind));
            return;
        }
        JsonNode field = node.at(pointer(path));
        boolean fits = switch (kind) {
            case "number" -> field.isNumber();
            case "text" -> field.isTextual();
            case "boolean" -> field.isBoolean();
            case "present" -> !field.isMissingNode();
            default -> throw new AssertionError(kind);
        };
        assertTrue(fits, "no " + kind + " at " + path + " in " + node);
    }

    private static String pointer(String path) {
        return "/" + path.replace('.', '/');
    }
}
