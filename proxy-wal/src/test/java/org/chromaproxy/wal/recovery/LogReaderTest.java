package org.chromaproxy.wal.recovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.record.TransactionUuid;
import org.chromaproxy.wal.record.WriteRequest;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.Test;

/** The log read back after a restart, and as operators see it. */
class LogReaderTest extends ReadBackTest {
    @Test
    void recordsComeBackInOrderOverManyPagesWithoutBodies() {
        append(11_000);
        long skipped = heard.lsns().get(99);

        List<LogRecord> read = new ArrayList<>();
        reader.forEachAfter(skipped, read::add);

        assertEquals(
                heard.lsns().subList(100, 11_000),
                read.stream().map(LogRecord::lsn).toList());
        assertTrue(read.stream().allMatch(one -> one.content().request().body().length == 0));
        assertEquals("r100".length(), read.getFirst().bodyBytes());
    }

    @Test
    void bodiesAreReadOnDemand() {
        append(3);
        List<Long> lsns = heard.lsns();

        Map<Long, byte[]> bodies = reader.bodies(List.of(lsns.get(0), lsns.get(2), 999L));

        assertEquals(2, bodies.size());
        assertEquals("r2", new String(bodies.get(lsns.get(2)), UTF_8));
        assertEquals("r1", new String(reader.body(lsns.get(1)).orElseThrow(), UTF_8));
        assertTrue(reader.body(999).isEmpty());
    }

    @Test
    void aResolvedRecordHasTheBodyItWasResolvedTo() {
        append(1);
        long lsn = heard.lsns().getFirst();

        durable(new Change.Resolution(lsn, "{\"ids\":[]}".getBytes(UTF_8)));

        assertEquals("{\"ids\":[]}", new String(reader.body(lsn).orElseThrow(), UTF_8));
        assertEquals(10, operator.transaction(lsn).orElseThrow().record().bodyBytes());
    }

    /** Some instance may have executed it. */
    @Test
    void theFirstResolutionStands() {
        append(2);
        List<Long> lsns = heard.lsns();
        byte[] first = "{\"ids\":[\"a\"]}".getBytes(UTF_8);
        byte[] second = "{\"ids\":[\"b\"]}".getBytes(UTF_8);

        durable(new Change.Resolution(lsns.getFirst(), first));
        durable(
                new Change.Resolution(lsns.getFirst(), second),
                new Change.Resolution(lsns.getLast(), first),
                new Change.Resolution(lsns.getLast(), second));

        for (long lsn : lsns) {
            assertEquals("{\"ids\":[\"a\"]}", new String(reader.body(lsn).orElseThrow(), UTF_8));
        }
    }

    @Test
    void outcomesAboveTheMarkComeBack() {
        durable(
                new Change.Outcome(1, TransactionState.FAILED, 400, "a", new byte[0]),
                new Change.Outcome(2, TransactionState.ABANDONED, 0, "b", new byte[0]));
        List<Change.Outcome> read = new ArrayList<>();

        reader.forEachOutcomeAfter(1, read::add);

        assertEquals(List.of("b"), read.stream().map(Change.Outcome::reason).toList());
        assertEquals(1, operator.outcomes(TransactionState.ABANDONED, 10).size());
    }

    @Test
    void aTransactionIsCompletedWhenSomeInstanceHasPassedItAndNothingElseIsKnown() {
        writer.append(Records.transaction("mine", "x"), heard);
        await().until(() -> heard.total() == 1);
        append(2);
        List<Long> lsns = heard.lsns();

        durable(new Change.Cursor(Records.LANE, "primary", lsns.get(1)), new Change.Cursor(Records.LANE, "replica", 0));

        TransactionView passed = operator.transaction(lsns.get(1)).orElseThrow();
        assertEquals(TransactionState.COMPLETED, passed.state());
        assertEquals(Map.of("primary", true, "replica", false), passed.applied());
        assertEquals(
                TransactionState.ATTEMPTING,
                operator.transaction(lsns.get(2)).orElseThrow().state());
        assertEquals(
                lsns.get(0).longValue(),
                operator.transaction("alice@tenant", "mine")
                        .orElseThrow()
                        .record()
                        .lsn());
        assertTrue(operator.transaction("bob@tenant", "mine").isEmpty());
        assertEquals(Map.of(TransactionState.COMPLETED, 2L, TransactionState.ATTEMPTING, 1L), operator.counts(1));
        assertEquals(
                lsns.reversed(),
                operator.recent(10).stream().map(LogRecord::lsn).toList());
        assertEquals(2, operator.countAfter(lsns.get(0), 100));
    }

    @Test
    void theViewsAnswerWithThePredecessorsColumns() {
        writer.append(Records.add("{\"ids\":[\"a\"]}"), heard);
        writer.append(Records.add("not json"), heard);
        writer.append(Records.transaction("mine", "{}"), heard);
        await().until(() -> heard.total() == 3);
        List<Long> lsns = heard.lsns();
        durable(new Change.Outcome(lsns.get(1), TransactionState.PENDING_RECOVERY, 503, "nobody home", new byte[0]));

        String own = TransactionUuid.of(reader.logId(), lsns.getFirst()).toString();
        assertEquals(
                List.of(own),
                log.column("SELECT transaction_id FROM emergency_transaction_log WHERE data @> '{\"ids\": [\"a\"]}'"));
        assertEquals(
                List.of("mine"),
                log.column("SELECT transaction_id FROM emergency_transaction_log"
                        + " WHERE client_session = 'alice@tenant' AND method = 'POST' AND headers IS NOT NULL"));
        assertEquals(
                List.of("nobody home"),
                log.column("SELECT failure_reason FROM pending_recovery_transactions WHERE retry_count = 0"
                        + " AND completed_at IS NULL AND data IS NULL"));
        assertEquals(
                List.of("ATTEMPTING 2", "PENDING_RECOVERY 1"),
                log.column("SELECT status || ' ' || count FROM transaction_safety_summary ORDER BY status"));
        durable(new Change.Outcome(lsns.get(2), TransactionState.FAILED, 400, "wrong dimension", new byte[0]));
        assertEquals(
                List.of("ATTEMPTING 1", "PENDING_RECOVERY 1", "REFUSED 1"),
                log.column("SELECT status || ' ' || count FROM transaction_safety_summary ORDER BY status"));
        assertEquals(
                List.of("mine refused", "mine FAILED"),
                log.column("SELECT write_id || ' ' || status FROM unified_wal_writes WHERE write_id = 'mine'"
                        + " UNION ALL SELECT transaction_id || ' ' || status FROM emergency_transaction_log"
                        + " WHERE transaction_id = 'mine'"));
        assertEquals(
                List.of("3"),
                log.column("SELECT count(*) FROM public.unified_wal_writes w"
                        + " JOIN public.emergency_transaction_log e ON e.transaction_id = w.write_id"));
    }

    @Test
    void theViewsTellCopiesFromWrites() {
        Subject copied = new Subject(Records.LANE, Records.LANE, "t", "d", "things", "replica");
        writer.append(
                new NewRecord(OpKind.REPAIR, copied, new WriteRequest("POST", "/", "", new byte[0]), Optional.empty()),
                heard);
        await().until(() -> heard.total() == 1);
        assertEquals(
                List.of("COPIED 1"),
                log.column("SELECT status || ' ' || count FROM transaction_safety_summary WHERE status LIKE 'COP%'"));
        assertEquals(
                List.of("COMPLETED"),
                log.column("SELECT status FROM emergency_transaction_log ORDER BY lsn DESC LIMIT 1"));
        assertEquals(
                List.of("replica synced"),
                log.column("SELECT target_instance || ' ' || status FROM unified_wal_writes"
                        + " ORDER BY lsn DESC LIMIT 1"));
        assertEquals(
                List.of(),
                log.column("SELECT collection_name || primary_collection_id || replica_collection_id || created_at"
                        + " || updated_at FROM collection_id_mapping"));
    }
}
