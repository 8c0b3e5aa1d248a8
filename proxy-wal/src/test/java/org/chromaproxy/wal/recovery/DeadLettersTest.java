package org.chromaproxy.wal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.store.RetentionSql;
import org.chromaproxy.wal.store.query.DeadLetterSql;
import org.chromaproxy.wal.store.query.DeadLetterSql.Letter;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.LogFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
    private LogFixture log;
    private LogWriter writer;
    private DeadLetterSql sql;
    private DeadLetters letters;

    @BeforeEach
    void open() {
        log = new LogFixture(EmbeddedServer.shared(), 1_000_000);
        writer = log.writer();
        sql = new DeadLetterSql(log.database, log.queries);
        letters = new DeadLetters(sql, log.owners.read().epoch());
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void outcome(long lsn, TransactionState state, int status) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Change.Outcome outcome = new Change.Outcome(lsn, state, status, "given up", new byte[0]);
        writer.submit(List.of(outcome), true, () -> done.complete(null));
        done.join();
    }

    private List<Long> open(int limit, int offset) {
        return letters.page(false, limit, offset).stream().map(Letter::lsn).toList();
    }

    @Test
    void onlyWhatWasGivenUpIsALetterNewestFirst() {
        for (long lsn = 1; lsn <= 5; lsn++) {
            outcome(lsn, lsn == 3 ? TransactionState.FAILED : TransactionState.ABANDONED, 500);
        }

        assertEquals(List.of(5L, 4L, 2L, 1L), open(10, 0));
        assertEquals(List.of(4L, 2L), open(2, 1));
        assertEquals(4, letters.count(false));
        assertEquals(2, letters.openLongerThan(Duration.ofMinutes(-1), 2).size());
        assertEquals(List.of(), letters.openLongerThan(Duration.ofMinutes(1), 2));
    }

    @Test
    void aDecidedLetterIsKeptWithItsDecision() {
        outcome(1, TransactionState.ABANDONED, 0);
        outcome(2, TransactionState.ABANDONED, 0);

        assertTrue(letters.retried(1, 7));
        assertTrue(letters.discarded(2));

        assertEquals(List.of(), open(10, 0));
        assertEquals(2, letters.count(true));
        assertEquals(7, letters.letter(1).orElseThrow().retriedAs().orElseThrow());
        assertEquals(DeadLetters.DISCARD, letters.letter(2).orElseThrow().action());
        assertTrue(letters.letter(2).orElseThrow().retriedAs().isEmpty());
    }

    @Test
    void whoDoesNotOwnTheLogDecidesNothing() {
        outcome(1, TransactionState.ABANDONED, 0);
        DeadLetters stale = new DeadLetters(sql, log.owners.read().epoch() - 1);

        assertFalse(stale.discarded(1));
        assertEquals(0, stale.clearErrors());

        assertEquals(List.of(1L), open(10, 0));
    }

    @Test
    void clearedErrorsAreHiddenAndTheDecisionIsKept() {
        OperatorQueries operator = new OperatorQueries(log.queries);
        outcome(1, TransactionState.ABANDONED, 0);
        outcome(2, TransactionState.FAILED, 500);
        outcome(3, TransactionState.FAILED, 409);
        letters.retried(1, 7);

        assertEquals(2, letters.clearErrors());

        assertEquals(List.of(), operator.failures(10));
        assertEquals(7, letters.letter(1).orElseThrow().retriedAs().orElseThrow());
        outcome(4, TransactionState.FAILED, 500);
        assertEquals(1, operator.failures(10).size());
    }

    @Test
    void forgettingKeepsOutcomesOfRecordsThatAreThereAndYoungTransactionIds() {
        Retention retention = new Retention(new RetentionSql(log.database), log.tenure, Retention.Terms.DEFAULT);
        outcome(1, TransactionState.ABANDONED, 0);
        log.execute("INSERT INTO client_transaction VALUES ('s', 'young', 0, '', now() - interval '23 hours'),"
                + " ('s', 'old', 0, '', now() - interval '25 hours')");

        assertEquals(new Retention.Swept(0, 0, 1), retention.forget(Duration.ZERO));

        assertEquals(List.of("young"), log.column("SELECT tx_id FROM client_transaction"));
        assertEquals(1, letters.count(true));
    }
}
