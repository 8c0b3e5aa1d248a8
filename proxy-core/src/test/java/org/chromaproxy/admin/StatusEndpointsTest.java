package org.chromaproxy.admin;

import static org.chromaproxy.admin.AdminBed.booleans;
import static org.chromaproxy.admin.AdminBed.numbers;
import static org.chromaproxy.admin.AdminBed.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.chromaproxy.adopt.Stranger;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the proxy says it is. */
class StatusEndpointsTest {
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
    void allIsWell() {
        bed.serving = true;
        bed.instances.forEach(instance -> instance.become(InstanceState.UP, ""));
    }

    private static JsonNode health(int status) {
        return AdminBed.expect(status, bed.ask("GET", "/health", "", "", false).join());
    }

    /** By default it listens everywhere, without tokens and TLS. */
    @Test
    void whatIsOpenIsSaid() {
        JsonNode security = AdminBed.expect(
                        200, bed.ask("GET", "/status", "", "", false).join())
                .path("security");
        assertEquals("0.0.0.0", security.path("address").asText());
        for (String closed : List.of("tokens", "tls", "loopback_only", "local_token")) {
            assertTrue(
                    security.path(closed).isBoolean() && !security.path(closed).asBoolean(), closed);
        }
        assertEquals(2, security.path("open").size(), security.toString());
        assertTrue(security.at("/open/0").asText().contains("TOKENS_FILE"), security.toString());
    }

    @Test
    void healthyWhenEverythingIs() {
        JsonNode health = health(200);

        texts(health, "status", "healthy_instances", "service", "architecture");
        numbers(health, "pending_writes");
        assertEquals("healthy", health.path("status").asText());
        assertEquals("2/2", health.path("healthy_instances").asText());
    }

    @Test
    void degradedWhenOneInstanceIsAwayAndUnhealthyWhenAllAre() {
        bed.instances.get(1).become(InstanceState.NEEDS_RESYNC, "its disk is empty");
        JsonNode degraded = health(200);
        assertEquals("degraded", degraded.path("status").asText());
        assertEquals("1/2", degraded.path("healthy_instances").asText());
        assertTrue(degraded.path("reasons").toString().contains("its disk is empty"));

        bed.instances.get(0).become(InstanceState.DOWN, "refused");
        assertEquals("unhealthy", health(503).path("status").asText());
    }

    @Test
    void unhealthyWhileOwnershipIsNotConfirmed() {
        bed.serving = false;

        assertEquals("unhealthy", health(503).path("status").asText());
        assertFalse(bed.page("/admin/wal_count").path("wal_system_ready").asBoolean());
    }

    @Test
    void statusHasEveryFieldOfItsKind() {
        UUID id = UUID.randomUUID();
        bed.strangers.add(new Stranger("replica", "t", "d", "alien", id, "only there"));

        JsonNode status = bed.page("/status");

        texts(status, "service", "architecture", "timestamp");
        numbers(status, "healthy_instances", "total_instances");
        highVolume(status.path("high_volume_config"));
        wal(status.path("unified_wal"));
        performance(status.path("performance_stats"));
        concurrency(status.path("concurrency_details"));
        numbers(
                status.path("concurrency_details"),
                "semaphore_acquisitions",
                "semaphore_releases",
                "processing_failures");
        for (JsonNode instance : status.path("instances")) {
            instance(instance);
        }
        numbers(
                status.path("stats"),
                "total_requests",
                "successful_requests",
                "failed_requests",
                "total_wal_writes",
                "successful_syncs",
                "failed_syncs",
                "sync_cycles",
                "batches_processed");
        assertEquals(2, status.path("instances").size());
        assertEquals(id.toString(), status.at("/unmapped_collections/0/id").asText());
        bed.strangers.clear();
    }

    private static void highVolume(JsonNode node) {
        numbers(
                node,
                "max_memory_mb",
                "current_memory_percent",
                "peak_memory_usage",
                "max_workers",
                "default_batch_size",
                "max_batch_size",
                "max_concurrent_requests",
                "request_queue_size",
                "request_timeout");
        assertEquals(400, node.path("max_memory_mb").asInt());
        assertTrue(node.path("current_memory_percent").asDouble() > 0);
    }

    private static void wal(JsonNode node) {
        numbers(node, "pending_writes", "sync_interval_seconds");
        booleans(node, "is_syncing");
        texts(node, "database", "approach");
        assertEquals(
                "127.0.0.1:" + bed.databasePort() + "/postgres",
                node.path("database").asText());
    }

    private static void performance(JsonNode node) {
        numbers(
                node,
                "memory_pressure_events",
                "adaptive_batch_reductions",
                "avg_sync_throughput",
                "connection_pool_hits",
                "connection_pool_misses");
        concurrency(node);
    }

    private static void concurrency(JsonNode node) {
        numbers(
                node,
                "lock_contention_avoided",
                "concurrent_requests_active",
                "total_requests_processed",
                "timeout_requests",
                "queue_full_rejections",
                "mapping_failures",
                "critical_mapping_failures",
                "mapping_exceptions");
    }

    private static void instance(JsonNode node) {
        texts(node, "name", "success_rate", "state", "reason");
        booleans(node, "healthy");
        numbers(node, "total_requests", "consecutive_failures");
        assertTrue(node.has("last_health_check"));
    }

    @Test
    void realtimeProbesEveryInstanceFirst() {
        bed.page("/status");
        List<Instant> before = bed.instances.stream().map(Instance::lastCheck).toList();

        bed.page("/status?realtime=true");

        for (Instance instance : bed.instances) {
            assertTrue(instance.lastCheck().isAfter(before.get(instance.index())), instance + " was not probed");
        }
    }

    @Test
    void walStatus() {
        JsonNode status = bed.page("/wal/status");

        wal(status.path("wal_system"));
        numbers(status.path("wal_system"), "successful_syncs", "failed_syncs");
        performance(status.path("performance_stats"));
        highVolume(status.path("high_volume_config"));
    }

    @Test
    void instances() {
        bed.instances.get(1).become(InstanceState.DOWN, "refused");

        JsonNode page = bed.page("/admin/instances");

        numbers(page, "healthy_count", "total_count");
        assertEquals(1, page.path("healthy_count").asInt());
        for (JsonNode node : page.path("instances")) {
            instance(node);
            texts(node, "url");
            numbers(node, "priority", "successful_requests");
        }
        assertTrue(page.at("/instances/0/priority").asInt()
                > page.at("/instances/1/priority").asInt());
    }

    @Test
    void scalability() {
        JsonNode page = bed.page("/admin/scalability_status");

        texts(page, "timestamp");
        for (JsonNode features : List.of(page, page.path("scalability_features"))) {
            booleans(features.path("connection_pooling"), "available", "enabled");
            numbers(features.path("connection_pooling"), "min_connections", "max_connections");
            booleans(features.path("granular_locking"), "available", "enabled");
            assertTrue(features.path("granular_locking").path("lock_types").isArray());
        }
        texts(page.path("performance_stats"), "pool_hit_rate");
        numbers(page.path("performance_stats"), "hits", "misses", "total_operations", "lock_contention_avoided");
        texts(page.path("performance_impact"), "pool_hit_rate");
        numbers(page.path("performance_impact"), "lock_contention_avoided");
        numbers(
                page.path("current_load"),
                "concurrent_requests",
                "total_requests_processed",
                "timeout_requests",
                "queue_full_rejections");
    }

    @Test
    void metricsAreForPrometheusUnlessJsonIsAskedFor() {
        Answer text = bed.ask("GET", "/metrics", "*/*", "", false).join();
        assertTrue(text.contentType().startsWith("text/plain; version=0.0.4"));
        String body = new String(text.body(), StandardCharsets.UTF_8);
        assertTrue(body.contains("\nchroma_proxy_instance_up{instance=\"primary\"} 1.0\n"), body);
        assertTrue(body.lines()
                .filter(line -> !line.startsWith("#"))
                .allMatch(line -> line.matches("chroma_proxy_\\w+(\\{[^}]*\\})? ([-+0-9.E]+|NaN)")));

        JsonNode json = AdminBed.expect(
                200, bed.ask("GET", "/metrics", "application/json", "", false).join());
        numbers(json, "memory_usage_mb", "memory_percent", "cpu_percent", "peak_memory_usage");
        texts(json, "timestamp");
    }

    @Test
    void otherMethodsAndPathsAreRefusedInChromasShape() {
        JsonNode method = bed.act(405, "POST", "/health", "");
        texts(method, "error", "message");
        JsonNode path = bed.act(404, "GET", "/admin/nonsense", "");
        texts(path, "error", "message");
        bed.act(404, "GET", "/transactions", "");
        bed.act(200, "HEAD", "/health", "");
        bed.act(200, "GET", "/health/", "");
    }
}
