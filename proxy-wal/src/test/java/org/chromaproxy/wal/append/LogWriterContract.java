package org.chromaproxy.wal.append;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.chromaproxy.wal.append.WriteAheadLog.AppendTicket;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.PostgresServer;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an append promises, on any PostgreSQL server. */
abstract class LogWriterContract {
    private LogFixture log;
    private final Heard heard = new Heard();

    abstract PostgresServer server();

    @BeforeEach
    void open() {
        log = new LogFixture(server(), 1_000_000);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static WriterSettings bounds(int queuedRecords, long queuedBytes, int batchRecords, long batchBytes) {
        return new WriterSettings(
                new WriterSettings.Bound(queuedRecords, queuedBytes),
                new WriterSettings.Bound(batchRecords, batchBytes),
                WriterSettings.DEFAULT.tail(),
                WriterSettings.DEFAULT.lazyFlush(),
                WriterSettings.DEFAULT.heartbeat());
    }

    @Test
    void aCommittedRecordIsInTheDatabaseAsItCame() {
        assertStoredAsItCame(Records.transaction("tx-1", "{\"ids\":[\"ü\"]}"));
    }

    @Test
    void oneWithoutAClientsTransactionIdTakesAnotherWayIntoTheSameRow() {
        assertStoredAsItCame(Records.add("{\"ids\":[\"ü\"]}"));
    }

    private void assertStoredAsItCame(NewRecord record) {
        LogWriter writer = log.writer();

        writer.append(record, heard);

        await().until(() -> heard.total() == 1);
        LogRecord committed = heard.committed.getFirst();
        assertEquals(committed.lsn(), writer.durableLsn());
        LogRecord stored = log.queries.record(committed.lsn()).orElseThrow();
        assertEquals(committed.createdAt(), stored.createdAt());
        assertEquals(committed.bodyBytes(), stored.bodyBytes());
        assertEquals(committed.content().subject(), stored.content().subject());
        assertEquals(committed.content().transaction(), stored.content().transaction());
        assertEquals(committed.content().kind(), stored.content().kind());
        assertEquals(
                committed.content().request().method(),
                stored.content().request().method());
        assertEquals(
                committed.content().request().path(), stored.content().request().path());
        assertEquals(
                committed.content().request().contentType(),
                stored.content().request().contentType());
        assertEquals(
                "{\"ids\":[\"ü\"]}",
                new String(log.queries.bodies(List.of(committed.lsn())).get(committed.lsn()), StandardCharsets.UTF_8));
    }

    private LogWriter unstarted(Duration lazyFlush) {
        WriterSettings usual = WriterSettings.DEFAULT;
        return log.unstarted(
                new WriterSettings(usual.queue(), usual.batch(), usual.tail(), lazyFlush, usual.heartbeat()));
    }

    @Test
    void aLazyChangeThatIsDueRidesWithTheNextRecord() {
        LogWriter writer = unstarted(Duration.ZERO);
        writer.submit(List.of(new Change.Cursor(Records.LANE, "primary", 1)), false, () -> {});
        writer.append(Records.add("x"), heard);

        log.opened(writer.start());

        await().until(() -> heard.total() == 1);
        assertEquals(
                List.of("1"),
                log.column("SELECT count(DISTINCT x) FROM (SELECT xmin::text AS x FROM log_record"
                        + " UNION ALL SELECT xmin::text FROM lane_cursor) both_tables"));
    }

    @Test
    void aLazyChangeLetsRecordsPassAndStaysBeforeAnUrgentOne() {
        LogWriter writer = unstarted(Duration.ofHours(1));
        List<String> durable = new CopyOnWriteArrayList<>();
        writer.submit(List.of(new Change.Cursor(Records.LANE, "primary", 1)), false, () -> durable.add("lazy"));
        writer.append(Records.add("x"), heard);
        log.opened(writer.start());
        await().until(() -> heard.total() == 1);
        assertEquals(List.of(), log.queries.cursors());

        writer.submit(List.of(new Change.Cursor(Records.LANE, "replica", 1)), true, () -> durable.add("urgent"));

        await().until(() -> durable.size() == 2);
        assertEquals(List.of("lazy", "urgent"), durable);
        assertEquals(2, log.queries.cursors().size());
    }

    @Test
    void whatWaitsBecomesOneTransactionInTheOrderItCame() {
        LogWriter writer = log.unstarted(WriterSettings.DEFAULT);
        IntStream.range(0, 500).forEach(i -> writer.append(Records.add("r" + i), heard));

        log.opened(writer.start());

        await().until(() -> heard.total() == 500);
        assertEquals(IntStream.range(0, 500).mapToObj(i -> "r" + i).toList(), heard.bodies());
        assertEquals(heard.lsns().stream().sorted().distinct().toList(), heard.lsns());
        assertEquals(List.of("1"), log.column("SELECT count(DISTINCT xmin::text) FROM log_record"));
    }

    @Test
    void aBatchEndsAtItsBoundOfRecordsOrBytes() {
        WriterSettings small = bounds(1000, 1 << 20, 10, 3000);
        LogWriter writer = log.unstarted(small);
        IntStream.range(0, 20).forEach(i -> writer.append(Records.add("x"), heard));
        writer.append(Records.add("y".repeat(5000)), heard);
        writer.append(Records.add("z"), heard);

        log.opened(writer.start());

        await().until(() -> heard.total() == 22);
        List<Integer> sizes =
                log.column("SELECT count(*) FROM log_record GROUP BY xmin::text ORDER BY min(lsn)").stream()
                        .map(Integer::valueOf)
                        .toList();
        assertTrue(sizes.size() >= 3, () -> "batches: " + sizes);
        assertTrue(sizes.stream().allMatch(size -> size <= 10), () -> "batches: " + sizes);
    }

    @Test
    void atTheBoundOfRecordsNothingMoreIsQueued() {
        LogWriter writer = log.unstarted(bounds(3, 1 << 20, 10, 1 << 20));
        for (int i = 0; i < 3; i++) {
            assertTrue(writer.append(Records.add("x"), heard).isPresent());
        }

        assertTrue(writer.append(Records.add("x"), heard).isEmpty());
        log.opened(writer.start());
        await().until(() -> heard.total() == 3 && writer.queuedRecords() == 0);
        assertTrue(writer.append(Records.add("x"), heard).isPresent());
        await().until(() -> heard.committed.size() == 4);
    }

    @Test
    void atTheBoundOfBytesNothingMoreIsQueuedButALoneGiantIs() {
        LogWriter writer = log.unstarted(bounds(100, 2000, 10, 1 << 20));

        assertTrue(writer.append(Records.add("x".repeat(5000)), heard).isPresent());
        assertTrue(writer.append(Records.add("x"), heard).isEmpty());
        log.opened(writer.start());
        await().until(() -> heard.total() == 1 && writer.queuedBytes() == 0);
        assertTrue(writer.append(Records.add("x"), heard).isPresent());
    }

    @Test
    void aWithdrawnAppendIsNeverLoggedAndMakesRoom() {
        LogWriter writer = log.unstarted(bounds(100, 600, 10, 1 << 20));
        AppendTicket first = writer.append(Records.add("gone"), heard).orElseThrow();

        assertTrue(first.withdraw());
        assertFalse(first.withdraw());
        writer.append(Records.add("kept"), heard);
        log.opened(writer.start());

        await().until(() -> heard.total() == 1);
        assertEquals(List.of("kept"), heard.bodies());
        assertEquals(List.of("1"), log.column("SELECT count(*) FROM log_record"));
        await().until(() -> writer.queuedRecords() == 0);
        assertEquals(0, writer.queuedBytes());
    }

    @Test
    void aCommittedAppendCannotBeWithdrawn() {
        LogWriter writer = log.writer();

        AppendTicket ticket = writer.append(Records.add("x"), heard).orElseThrow();

        await().until(() -> heard.total() == 1);
        assertFalse(ticket.withdraw());
        assertEquals(heard.lsns().getFirst(), ticket.lsn());
    }

    @Test
    void aThrowingListenerStopsNobody() {
        LogWriter writer = log.writer();

        writer.append(Records.add("x"), new AppendListener() {
            @Override
            public void committed(LogRecord record) {
                throw new IllegalStateException("thrown on purpose by a test");
            }

            @Override
            public void duplicate(long lsn, boolean sameRequest) {}

            @Override
            public void failed(String reason) {}
        });
        writer.append(Records.add("y"), heard);

        await().until(() -> heard.committed.size() == 1);
    }

    @Test
    void aRecordThatPostgresRefusesFailsAloneAmongItsNeighbours() {
        LogWriter writer = log.unstarted(WriterSettings.DEFAULT);
        Heard poisoned = new Heard();
        IntStream.range(0, 5).forEach(i -> writer.append(Records.add("a" + i), heard));
        writer.append(Records.poison(), poisoned);
        IntStream.range(0, 5).forEach(i -> writer.append(Records.add("b" + i), heard));

        log.opened(writer.start());

        await().until(() -> heard.total() == 10 && poisoned.total() == 1);
        assertEquals(List.of("the log cannot hold it"), poisoned.failures, "PostgreSQL's words are not for clients");
        assertEquals(List.of("a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2", "b3", "b4"), heard.bodies());
    }

    @Test
    void manyProducersLoseNothingAndKeepTheirOwnOrder() throws InterruptedException {
        LogWriter writer = log.writer();
        List<Heard> all = new CopyOnWriteArrayList<>();
        List<Thread> producers = new ArrayList<>();
        for (int p = 0; p < 8; p++) {
            producers.add(Thread.ofPlatform().start(() -> {
                Heard mine = new Heard();
                all.add(mine);
                for (int i = 0; i < 2000; i++) {
                    writer.append(Records.add(Integer.toString(i)), mine);
                }
            }));
        }
        for (Thread producer : producers) {
            producer.join();
        }

        await().atMost(Duration.ofSeconds(30))
                .until(() -> all.stream().mapToInt(Heard::total).sum() == 16_000);
        for (Heard mine : all) {
            assertEquals(IntStream.range(0, 2000).mapToObj(Integer::toString).toList(), mine.bodies());
            assertEquals(mine.lsns().stream().sorted().toList(), mine.lsns());
        }
        assertEquals(List.of("16000"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void closingCommitsWhatWasQueued() {
        LogWriter writer = log.unstarted(WriterSettings.DEFAULT).start();
        IntStream.range(0, 50).forEach(i -> writer.append(Records.add("r" + i), heard));

        writer.close();

        assertEquals(50, heard.committed.size());
        assertEquals(LogState.CLOSED, writer.state());
        assertTrue(writer.append(Records.add("late"), heard).isEmpty());
    }
}
