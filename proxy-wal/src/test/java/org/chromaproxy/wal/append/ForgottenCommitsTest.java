package org.chromaproxy.wal.append;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.recovery.LogReader;
import org.chromaproxy.wal.store.StoreException;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.FaultyConnector;
import org.chromaproxy.wal.testkit.FaultyConnector.Fault;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.chromaproxy.wal.testkit.Snapshot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PostgreSQL comes back from a fail-over without the last commits. */
class ForgottenCommitsTest {
    private static final String ALL =
            "SELECT lsn || ' ' || created_at || ' ' || convert_from(body, 'UTF8') FROM log_record" + " ORDER BY lsn";

    private static final WriterSettings SETTINGS = new WriterSettings(
            WriterSettings.DEFAULT.queue(),
            new WriterSettings.Bound(10, 1 << 20),
            WriterSettings.DEFAULT.tail(),
            WriterSettings.DEFAULT.lazyFlush(),
            WriterSettings.DEFAULT.heartbeat());

    /** Segments so small that some are forgotten too. */
    private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 10);

    private final FaultyConnector connector = new FaultyConnector(log.database.sessions());
    private final Heard heard = new Heard();

    @AfterEach
    void close() {
        log.close();
    }

    private LogWriter writer() {
        return log.opened(log.unstarted(connector, SETTINGS).start());
    }

    /** One batch after the other. */
    private void append(LogWriter writer, int count) {
        for (int i = 0; i < count; i++) {
            int expected = heard.total() + 1;
            writer.append(Records.add("body " + expected), heard);
            await().until(() -> heard.total() == expected);
        }
    }

    private static void durable(LogWriter writer, Change... changes) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        writer.submit(List.of(changes), true, () -> done.complete(true));
        done.join();
    }

    private static Change.PutMapping put(long id, String name) {
        Mapping.Path path = new Mapping.Path("t", "d", name);
        return new Change.PutMapping(new Mapping(new UUID(1, id), path, 7, 0, Instant.EPOCH, Map.of()));
    }

    @Test
    void whatItForgotIsCommittedAgainAsItWasAndNobodyIsToldTwice() {
        LogWriter writer = writer();
        append(writer, 5);
        Snapshot snapshot = Snapshot.of(log.target);
        append(writer, 30);
        List<String> before = log.column(ALL);

        snapshot.promote();
        append(writer, 1);

        List<String> after = log.column(ALL);
        assertEquals(before, after.subList(0, 35));
        assertEquals(36, after.size());
        assertEquals(36, heard.total());
        assertEquals(heard.lsns(), heard.lsns().stream().sorted().distinct().toList());
        assertEquals(30, writer.restoredRecords());
        assertEquals(LogState.OPEN, writer.state());
    }

    @Test
    void changesWithoutRecordsAreAppliedAgainInTheirOrderAndOnlyTheForgotten() {
        LogWriter writer = writer();
        // The name "x" goes from hand to hand: applied from the wrong point on, or in another order, it would clash.
        durable(writer, put(1, "x"));
        durable(writer, put(1, "y"));
        Snapshot snapshot = Snapshot.of(log.target);
        durable(writer, put(2, "x"), new Change.Cursor(Records.LANE, "primary", 5));
        durable(writer, put(2, "z"));
        durable(writer, put(1, "x"), new Change.Lead(Records.LANE, "replica", 2));
        durable(writer, new Change.Cursor(Records.LANE, "primary", 9));

        snapshot.promote();
        append(writer, 1);

        assertEquals(List.of("x", "z"), log.column("SELECT name FROM collection ORDER BY public_id"));
        assertEquals(List.of("9"), log.column("SELECT lsn FROM lane_cursor"));
        assertEquals(List.of("replica"), log.column("SELECT instance FROM lane_leader"));
        assertEquals(0, writer.restoredRecords());
    }

    @Test
    void aPageIsNotReadFromALogThatHasForgottenSomeOfIt() {
        LogWriter writer = writer();
        append(writer, 1);
        Snapshot snapshot = Snapshot.of(log.target);
        append(writer, 2);
        LogReader reader = new LogReader(log.queries);
        reader.expect(writer::lastBatch);
        connector.refuseConnections(1_000);

        snapshot.promote();
        await().untilAsserted(() -> {
            StoreException refused =
                    assertThrows(StoreException.class, () -> reader.page(Records.LANE, 0, 10, 1 << 20));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("the log ends at transaction"), refused::getMessage);
        });
        connector.refuseConnections(0);

        await().ignoreExceptions()
                .until(() -> reader.page(Records.LANE, 0, 10, 1 << 20).size() == 3);
    }

    @Test
    void aClientsTransactionIdIsStillTakenAfterwards() {
        LogWriter writer = writer();
        Snapshot snapshot = Snapshot.of(log.target);
        writer.append(Records.transaction("tx", "a"), heard);
        await().until(() -> heard.total() == 1);

        snapshot.promote();
        Heard again = new Heard();
        writer.append(Records.transaction("tx", "a"), again);

        await().until(() -> again.total() == 1);
        assertEquals(List.of(heard.lsns().getFirst() + ":true"), again.duplicates);
    }

    @Test
    void aCommitInDoubtThatTheNewServerNeverHadIsDoneThere() {
        LogWriter writer = writer();
        append(writer, 2);
        Snapshot snapshot = Snapshot.of(log.target);
        append(writer, 2);
        connector.failNextBatch(Fault.AFTER_COMMIT, snapshot::promote);

        append(writer, 1);

        assertEquals(5, log.column(ALL).size());
        assertEquals(List.of("body 1", "body 2", "body 3", "body 4", "body 5"), heard.bodies());
        assertEquals(2, writer.restoredRecords());
    }

    @Test
    void whatIsLostAgainWhileItIsPutBackIsPutBackNextTime() {
        LogWriter writer = writer();
        append(writer, 1);
        Snapshot snapshot = Snapshot.of(log.target);
        append(writer, 6);
        List<String> before = log.column(ALL);

        connector.failNextBatch(Fault.BEFORE_COMMIT, () -> {});
        snapshot.promote();
        append(writer, 1);

        assertEquals(before, log.column(ALL).subList(0, 7));
        assertEquals(8, heard.total());
    }

    @Test
    void ifMemoryDoesNotReachBackNothingIsWrittenAndTheLogIsNotGivenAway() {
        WriterSettings little = SETTINGS.withTail(new WriterSettings.TailBound(1_500, Duration.ofHours(1)));
        LogWriter writer = log.opened(log.unstarted(connector, little).start());
        Snapshot snapshot = Snapshot.of(log.target);
        append(writer, 10);

        snapshot.promote();

        await().until(() -> writer.state() == LogState.TRUNCATED);
        writer.append(Records.add("late"), heard);
        await().until(() -> heard.failures.size() == 1);
        assertEquals(List.of(), log.column(ALL));
        Instant before = log.owners.read().heartbeat();
        await().until(() -> log.owners.read().heartbeat().isAfter(before));
    }

    @Test
    void aTakingOfTheLogThatWasForgottenIsRepeatedIfNobodyElseCameInBetween() {
        Snapshot snapshot = Snapshot.of(log.target);
        LogWriter writer = writer();
        append(writer, 3);
        List<String> before = log.column(ALL);

        snapshot.promote();
        append(writer, 1);

        assertEquals(before, log.column(ALL).subList(0, 3));
        assertEquals(log.tenure.owner(), log.owners.read().owner());
        assertEquals(1, log.owners.read().epoch());
    }

    @Test
    void whoeverTookTheForgottenLogMeanwhileKeepsItUnderTheSameEpochToo() {
        Snapshot snapshot = Snapshot.of(log.target);
        LogWriter writer = writer();
        append(writer, 3);
        connector.refuseConnections(1_000);

        snapshot.promote();
        log.take();
        connector.refuseConnections(0);

        await().until(() -> writer.state() == LogState.FENCED);
        assertEquals(1, log.owners.read().epoch());
        assertEquals(List.of(), log.column(ALL));
    }

    @Test
    void aPredecessorThatLivesOnAfterTheTakingWasForgottenKeepsTheLog() {
        log.take();
        Snapshot snapshot = Snapshot.of(log.target);
        LogWriter writer = writer();
        append(writer, 3);
        connector.refuseConnections(1_000);

        snapshot.promote();
        log.execute("UPDATE log_owner SET heartbeat = clock_timestamp()");
        connector.refuseConnections(0);

        await().until(() -> writer.state() == LogState.FENCED);
        assertEquals(1, log.owners.read().epoch());
        assertTrue(log.column(ALL).isEmpty());
    }
}
