package org.chromaproxy.wal.recovery;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.store.query.OperatorSql.Failure;
import org.chromaproxy.wal.store.query.OperatorSql.StateSummary;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.Test;

/** The figures of operators' dashboards. */
class OperatorQueriesTest extends ReadBackTest {
    @Test
    void onlyTransactionsSinceThenAreSummed() {
        append(5_000);
        Instant between = Instant.now();
        append(30);
        List<Long> lsns = heard.lsns();
        durable(
                new Change.Cursor(Records.LANE, "primary", lsns.get(5_009)),
                new Change.Outcome(lsns.get(5_001), TransactionState.FAILED, 400, "no", new byte[0]));

        Map<String, Long> counts =
                operator.summary(between).stream().collect(Collectors.toMap(StateSummary::state, StateSummary::count));

        assertEquals(9L, counts.get("COMPLETED"));
        assertEquals(20L, counts.get("ATTEMPTING"));
        assertEquals(1L, counts.get("REFUSED"), "a refusal is no failure");
        assertFalse(counts.containsKey("FAILED"));
        assertTrue(operator.summary(Instant.now().plusSeconds(60)).isEmpty());
        StateSummary attempting = operator.summary(between).getFirst();
        assertTrue(
                !attempting.oldest().isBefore(between) && !attempting.latest().isBefore(attempting.oldest()));
    }

    /** PostgreSQL would refuse the question. */
    @Test
    void anIdThatNoRecordCanHaveIsFoundNowhere() {
        append(1);
        for (String text : List.of("a\0b", "\0", "a\ud800", "\udc00b")) {
            assertEquals(List.of(), operator.lsnsOf(text));
            assertTrue(operator.transaction("default_tenant", text).isEmpty());
            assertTrue(operator.transaction(text, "x").isEmpty());
        }
    }

    @Test
    void refusalsAreNotFailures() {
        append(3);
        List<Long> lsns = heard.lsns();
        durable(
                new Change.Outcome(lsns.get(0), TransactionState.FAILED, 400, "bad", new byte[0]),
                new Change.Outcome(lsns.get(1), TransactionState.FAILED, 500, "all failed", new byte[0]),
                new Change.Outcome(999_999, TransactionState.ABANDONED, 0, "given up", new byte[0]));

        List<Failure> failures = operator.failures(10);

        assertEquals(
                List.of("given up", "all failed"),
                failures.stream().map(Failure::reason).toList());
        assertEquals("POST", failures.getLast().method());
        assertEquals("", failures.getFirst().path());
        assertEquals(2, operator.failuresSince(Instant.now().minus(Duration.ofHours(1))));
        assertEquals(2, operator.count(TransactionState.FAILED));
        assertTrue(operator.outcomeTime(lsns.get(0)).isPresent());
        assertTrue(operator.outcomeTime(lsns.get(2)).isEmpty());
    }

    @Test
    void aTransactionIdIsFoundInEveryScope() {
        for (String scope : List.of("a", "b", "c")) {
            String id = scope.equals("b") ? "other" : "same";
            writer.append(Records.add(new byte[0], Optional.of(new ClientTransaction(scope, id, "d"))), heard);
        }
        await().until(() -> heard.total() == 3);

        assertEquals(
                List.of(heard.lsns().get(0), heard.lsns().get(2)),
                operator.lsnsOf("same").stream().sorted().toList());
        assertEquals(List.of(), operator.lsnsOf("unknown"));
    }

    @Test
    void committedRecordsAndTransactionsAreCounted() {
        append(10);

        assertEquals(10, writer.committedRecords());
        assertTrue(writer.committedBatches() >= 1);
    }

    @Test
    void mappingsHaveTimes() {
        UUID id = new UUID(1, 2);
        durable(new Change.PutMapping(new Mapping(id, new Mapping.Path("t", "d", "n"), 0, 0, Instant.now(), Map.of())));

        assertEquals(1, operator.mappingTimes(List.of(id, new UUID(3, 4))).size());
    }
}
