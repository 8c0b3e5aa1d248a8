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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.lane.Write;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.record.TransactionUuid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of writes, as operators and clients ask. */
class TransactionEndpointsTest {
    private static AdminBed bed;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        bed = new AdminBed(folder.resolve("log"));
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    @AfterEach
    void release() {
        bed.primaryServer.gate.countDown();
        bed.primaryServer.addStatus = 201;
        bed.primaryServer.addAnswer = "{}";
        await().until(() -> bed.page("/admin/wal_count").path("pending_writes").asLong() == 0);
    }

    private static Write write(String collection) {
        return bed.write(bed.map(collection), Optional.empty());
    }

    private static String id(Write write) {
        return id(write.lsn());
    }

    private static String id(long lsn) {
        UUID logId = bed.wal.reader().logId();
        return TransactionUuid.of(logId, lsn).toString();
    }

    private static void transaction(JsonNode node) {
        texts(node, "transaction_id", "status", "method", "path", "operation_type", "created_at");
        numbers(node, "retry_count", "max_retries");
        booleans(node, "is_timing_gap_failure");
        assertTrue(node.has("completed_at") && node.has("failure_reason") && node.has("response_status"));
        assertTrue(node.path("applied").isObject());
    }

    @Test
    void aWriteThatWasAnsweredIsCompletedAtOnceThoughItsCursorIsNotDurableYet() {
        Write write = write("answered");
        write.result().join();
        // A client hears of it by way of its own event loop; the lane has ended its step by then.
        bed.loops.all().getFirst().submit(() -> {}).syncUninterruptibly();

        for (String path : new String[] {"/transactions/", "/transaction/safety/transaction/"}) {
            JsonNode found = bed.page(path + id(write));
            transaction(found);
            assertEquals("COMPLETED", found.path("status").asText());
            assertEquals(201, found.path("response_status").asInt());
            assertEquals(id(write), found.path("transaction_id").asText());
            assertEquals("add", found.path("operation_type").asText());
            assertTrue(found.path("applied").path("primary").asBoolean());
        }
    }

    @Test
    void aPollWaitsForTheOutcome() {
        bed.primaryServer.gate = new CountDownLatch(1);
        Write write = write("slow");
        JsonNode early = bed.page("/transactions/" + id(write));
        assertEquals("ATTEMPTING", early.path("status").asText());
        assertTrue(early.path("response_status").isNull());

        CompletableFuture<Answer> waiting = bed.ask("GET", "/transactions/" + id(write) + "?wait=30s", "", "", false);
        assertEquals(
                "ATTEMPTING",
                bed.page("/transactions/" + id(write) + "?wait=50ms")
                        .path("status")
                        .asText());
        assertFalse(waiting.isDone());
        bed.primaryServer.gate.countDown();

        assertEquals(
                "COMPLETED", AdminBed.expect(200, waiting.join()).path("status").asText());
    }

    @Test
    void aRefusedWriteIsFailedAndSaysWhy() {
        bed.primaryServer.addStatus = 400;
        bed.primaryServer.addAnswer = "{\"error\":\"InvalidArgumentError\",\"message\":\"bad dimension\"}";
        Write write = write("refused");

        JsonNode found = bed.page("/transactions/" + id(write) + "?wait=10");

        assertEquals("FAILED", found.path("status").asText());
        assertEquals(400, found.path("response_status").asInt());
        assertTrue(found.path("failure_reason").asText().contains("bad dimension"));
        assertFalse(found.path("is_timing_gap_failure").asBoolean());
        assertFalse(found.path("applied").path("primary").asBoolean());
        texts(found, "completed_at");
    }

    @Test
    void aWriteNobodyCouldTakeIsPendingUntilItIsRecovered() {
        bed.primaryServer.gate = new CountDownLatch(1);
        Write write = write("abandoned");
        bed.lanes.abandon(write);
        await().until(() ->
                bed.page("/transactions/" + id(write)).path("status").asText().equals("PENDING_RECOVERY"));
        JsonNode safety = bed.page("/admin/transaction_safety_status");
        assertEquals(1, safety.path("pending_recovery").asInt());
        assertEquals(
                id(write),
                safety.at("/pending_recovery_transactions/0/transaction_id").asText());

        bed.primaryServer.gate.countDown();

        JsonNode found = bed.page("/transactions/" + id(write) + "?wait=10s");
        assertEquals("RECOVERED", found.path("status").asText());
    }

    @Test
    void aClientsOwnIdIsFoundInAnyTenant() {
        ClientTransaction mine = new ClientTransaction("default_tenant", "order 1/2", "digest");
        bed.write(bed.map("mine"), Optional.of(mine)).result().join();

        JsonNode found = bed.page("/transactions/order%201%2F2");

        assertEquals("order 1/2", found.path("transaction_id").asText());
        assertEquals(
                found.path("lsn"),
                bed.page("/transactions/order%201%2F2?tenant=default_tenant").path("lsn"));
        bed.act(404, "GET", "/transactions/order%201%2F2?tenant=other", "");
    }

    @Test
    void anIdThatTwoTenantsChoseNeedsTheTenant() {
        for (String tenant : new String[] {"one", "two"}) {
            ClientTransaction own = new ClientTransaction(tenant, "both", "digest");
            bed.write(bed.map("of-" + tenant), Optional.of(own)).result().join();
        }

        assertTrue(bed.act(400, "GET", "/transactions/both", "")
                .path("message")
                .asText()
                .contains("tenant"));
        bed.page("/transactions/both?tenant=two");
    }

    @Test
    void unknownIdsAndBadWaitsAreRefused() {
        bed.act(404, "GET", "/transactions/no-such-transaction", "");
        bed.act(404, "GET", "/transactions/" + id(1L << 50), "");
        bed.act(400, "GET", "/transactions/x?wait=soon", "");
    }

    @Test
    void safetyStatusCountsByState() {
        write("counted").result().join();

        JsonNode safety = bed.page("/admin/transaction_safety_status");
        booleans(safety.path("transaction_safety_service"), "available", "running", "table_exists");
        numbers(safety.path("recent_transactions"), "total_last_2_hours");
        JsonNode first = safety.at("/recent_transactions/by_status/0");
        texts(first, "status", "latest");
        numbers(first, "count");
        numbers(safety, "timing_gap_failures_24h", "pending_recovery");
        assertTrue(safety.path("pending_recovery_transactions").isArray());

        JsonNode service = bed.page("/transaction/safety/status");
        booleans(service, "available", "service_running");
        numbers(service, "recovery_interval");
        texts(service.at("/summary_by_status/0"), "status", "oldest", "latest");
        numbers(service.path("metrics"), "pending_recovery", "recovered");
    }

    @Test
    void errorsAreWhatFailedThroughNoFaultOfTheClient() {
        Write write = write("broken");
        write.result().join();
        bed.durable(new Change.Outcome(write.lsn(), TransactionState.ABANDONED, 0, "poison", new byte[0]));

        JsonNode errors = bed.page("/admin/wal_errors");

        numbers(errors, "error_count");
        JsonNode error = errors.at("/recent_errors/0");
        texts(error, "write_id", "method", "path", "error", "timestamp");
        numbers(error, "retry_count");
        assertEquals(id(write), error.path("write_id").asText());
        assertEquals("poison", error.path("error").asText());
    }

    @Test
    void debugShowsTheNewestWrites() {
        Write write = write("newest");
        write.result().join();

        JsonNode debug = bed.page("/admin/wal_debug");

        assertEquals(id(write), debug.at("/recent_writes/0/write_id").asText());
        assertTrue(debug.path("delete_operations").isArray());
        numbers(debug.path("summary"), "pending_writes", "durable_lsn", "low_water_lsn");
        JsonNode count = bed.page("/admin/wal_count");
        numbers(count, "pending_writes");
        booleans(count, "wal_system_ready");
    }
}
