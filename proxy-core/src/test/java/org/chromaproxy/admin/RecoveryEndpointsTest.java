package org.chromaproxy.admin;

import static org.awaitility.Awaitility.await;
import static org.chromaproxy.admin.AdminBed.numbers;
import static org.chromaproxy.admin.AdminBed.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.chromaproxy.lane.Write;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters and what operators decide about them; recovery on their word. */
@Timeout(90)
class RecoveryEndpointsTest {
    private static final String RESET = "/admin/reset_stuck_transactions";
    private static AdminBed bed;
    private static int made;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        bed = new AdminBed(folder.resolve("log"));
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    @AfterEach
    void nothingIsOpen() {
        bed.act(200, "POST", RESET, "{\"action\":\"discard\"}");
        assertEquals(0, bed.page("/admin/dead_letters").path("total").asInt(-1));
    }

    /** A write that was given up, as the lanes leave it in the log. */
    private static String deadLetter() {
        made++;
        Write write =
                bed.write(bed.map("dead-" + made), Optional.of(new ClientTransaction("t", "letter-" + made, "d")));
        write.result().join();
        await().until(() -> bed.lanes.undecided(write.lsn()).isEmpty()
                && bed.instances.stream()
                        .allMatch(instance -> instance.pending().records() == 0));
        bed.durable(new Change.Outcome(write.lsn(), TransactionState.ABANDONED, 0, "the disk is full", new byte[0]));
        return "letter-" + made;
    }

    @Test
    void aDeadLetterIsShownWithItsReasonAndItsBody() {
        String id = deadLetter();

        JsonNode page = bed.page("/admin/dead_letters?limit=10&offset=0");

        assertEquals(1, page.path("total").asInt());
        JsonNode letter = page.at("/dead_letters/0");
        texts(letter, "transaction_id", "method", "path", "operation_type", "created_at", "abandoned_at", "reason");
        numbers(letter, "lsn", "body_bytes");
        assertEquals("the disk is full", letter.path("reason").asText());
        assertTrue(letter.path("decision").isNull());
        assertTrue(bed.page("/admin/dead_letters/" + id).path("body").asText().contains("\"ids\":[\"a\"]"));
        bed.act(404, "GET", "/admin/dead_letters/none", "");
    }

    @Test
    void retryAppendsItAnewOnceAndSaysAsWhat() {
        String id = deadLetter();
        int before = bed.replicaServer.adds.get();

        JsonNode done = bed.act(200, "POST", RESET, "{\"action\":\"retry\",\"hours_old\":0}");

        assertEquals(1, done.path("reset_count").asInt());
        assertEquals(0, done.path("still_open").asInt());
        await().until(() -> bed.replicaServer.adds.get() == before + 1);
        JsonNode letter = bed.page("/admin/dead_letters/" + id);
        assertEquals("retry", letter.path("decision").asText());
        assertEquals(
                done.at("/transactions/0/retried_as").asText(),
                letter.path("retried_as").asText());
        String state = bed.page("/transactions/" + letter.path("retried_as").asText() + "?wait=10s")
                .path("status")
                .asText();
        assertEquals("COMPLETED", state);

        assertEquals(
                0,
                bed.act(200, "POST", RESET, "{\"action\":\"retry\"}")
                        .path("reset_count")
                        .asInt());
        assertEquals(before + 1, bed.replicaServer.adds.get());
    }

    @Test
    void aCrashBetweenAppendAndMarkRetriesNothingTwice() {
        String id = deadLetter();
        JsonNode first = bed.act(200, "POST", RESET, "{\"action\":\"retry\"}");
        await().until(() -> bed.instances.get(1).pending().records() == 0);
        int adds = bed.replicaServer.adds.get();

        bed.sql("DELETE FROM outcome_mark WHERE lsn = "
                + bed.page("/admin/dead_letters/" + id).path("lsn").asLong());
        JsonNode second = bed.act(200, "POST", RESET, "{\"action\":\"retry\"}");

        assertTrue(second.path("transactions")
                .toString()
                .contains(first.at("/transactions/0/retried_as").asText()));
        assertEquals(adds, bed.replicaServer.adds.get());
    }

    /** Scopes are tenants' names, which clients choose. */
    @Test
    void noTransactionIdOfAClientStandsForARetry() {
        String id = deadLetter();
        long letter = bed.page("/admin/dead_letters/" + id).path("lsn").asLong();
        Write clients = bed.write(
                bed.map("clients-" + made),
                Optional.of(
                        new ClientTransaction("chroma-proxy:dead-letters", "retry-" + letter, "a client's digest")));
        clients.result().join();
        await().until(() -> bed.instances.get(1).pending().records() == 0);
        int adds = bed.replicaServer.adds.get();

        JsonNode done = bed.act(200, "POST", RESET, "{\"action\":\"retry\"}");

        assertEquals(1, done.path("reset_count").asInt(), done.toString());
        await().until(() -> bed.replicaServer.adds.get() == adds + 1);
    }

    /** Invariant 15: one effect for a retry across the upgrade. */
    @Test
    void aRetryOfAnEarlierBuildIsNotMadeAgain() {
        String id = deadLetter();
        long letter = bed.page("/admin/dead_letters/" + id).path("lsn").asLong();
        Write earlier = bed.write(
                bed.map("earlier-" + made),
                Optional.of(new ClientTransaction("chroma-proxy:dead-letters", "retry-" + letter, "")));
        earlier.result().join();
        await().until(() -> bed.instances.get(1).pending().records() == 0);
        int adds = bed.replicaServer.adds.get();

        JsonNode done = bed.act(200, "POST", RESET, "{\"action\":\"retry\"}");

        assertEquals(1, done.path("reset_count").asInt(), done.toString());
        String retried =
                bed.page("/admin/dead_letters/" + id).path("retried_as").asText();
        assertEquals(
                earlier.lsn(), bed.page("/transactions/" + retried).path("lsn").asLong(-1));
        assertEquals(adds, bed.replicaServer.adds.get());
    }

    @Test
    void discardedLettersStayInTheLog() {
        String id = deadLetter();

        bed.act(200, "POST", RESET, "{\"action\":\"discard\",\"ids\":[\"" + id + "\"]}");

        assertEquals(0, bed.page("/admin/dead_letters").path("total").asInt());
        JsonNode all = bed.page("/admin/dead_letters?all");
        assertTrue(all.path("total").asInt() >= 1);
        assertEquals("discard", all.at("/dead_letters/0/decision").asText());
        assertEquals("ABANDONED", bed.page("/transactions/" + id).path("status").asText());
    }

    @Test
    void youngLettersAndUnknownActionsAreLeftAlone() {
        deadLetter();

        assertEquals(
                0,
                bed.act(200, "POST", RESET, "{\"action\":\"discard\",\"hours_old\":1}")
                        .path("reset_count")
                        .asInt(-1));
        bed.act(400, "POST", RESET, "{}");
        bed.act(400, "POST", RESET, "{\"action\":\"forget\"}");
        bed.act(400, "POST", RESET, "{\"action\":\"retry\",\"hours_old\":-1}");
        assertEquals(1, bed.page("/admin/dead_letters").path("total").asInt());
    }

    @Test
    void clearedErrorsAreNotShownButLettersStayOpen() {
        deadLetter();
        assertTrue(bed.page("/admin/wal_errors").path("error_count").asInt() > 0);

        assertTrue(bed.act(200, "POST", "/admin/clear_wal_errors", "")
                        .path("cleared_errors")
                        .asInt()
                > 0);

        assertEquals(0, bed.page("/admin/wal_errors").path("error_count").asInt(-1));
        assertEquals(1, bed.page("/admin/dead_letters").path("total").asInt());
        assertEquals(
                0,
                bed.act(200, "POST", "/admin/clear_wal_errors", "")
                        .path("cleared_errors")
                        .asInt(-1));
    }

    @Test
    void triggeringRecoveryProbesAndWakesAndSaysSo() {
        JsonNode told = bed.act(200, "POST", "/transaction/safety/recovery/trigger", "");

        texts(told, "message");
        numbers(told, "lanes_with_work", "pauses_ended", "pending_writes");
        assertEquals(2, told.path("probed").size());
        int before = bed.rechecks.get();
        bed.act(200, "POST", "/admin/force_recovery_restart", "");
        assertEquals(before + 1, bed.rechecks.get());
    }

    @Test
    void aPauseBetweenAttemptsIsCutShort() {
        bed.replicaServer.addStatus = 503;
        bed.write(bed.map("paused"), Optional.empty()).result().join();
        await().until(() -> bed.act(200, "POST", "/transaction/safety/recovery/trigger", "")
                        .path("pauses_ended")
                        .asInt()
                > 0);

        bed.replicaServer.addStatus = 201;
        await().until(() -> bed.instances.get(1).pending().records() == 0);
    }

    @Test
    void cleanupKeepsTransactionIdsWithinTheirRetention() {
        deadLetter();

        JsonNode done = bed.act(200, "POST", "/transaction/safety/cleanup", "{\"days_old\":0}");

        assertEquals(0, done.path("deleted_transaction_ids").asInt(-1));
        assertEquals(0, done.path("deleted_outcomes").asInt(-1));
        bed.act(400, "POST", "/transaction/safety/cleanup", "{\"days_old\":\"old\"}");
    }

    @Test
    void strangersMayNotAct() {
        for (String path : new String[] {
            RESET,
            "/admin/clear_wal_errors",
            "/admin/force_recovery_restart",
            "/transaction/safety/recovery/trigger",
            "/transaction/safety/cleanup"
        }) {
            AdminBed.expect(403, bed.ask("POST", path, "", "{}", false).join());
        }
    }
}
