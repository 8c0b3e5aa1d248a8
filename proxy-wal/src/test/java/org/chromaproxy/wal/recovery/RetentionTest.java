package org.chromaproxy.wal.recovery;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.store.RetentionSql;
import org.chromaproxy.wal.store.query.LogSpace;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Segments come before they are needed and go when nobody needs them. */
class RetentionTest {
    private static final String SEGMENTS =
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'log_record'::regclass ORDER BY 1";

    private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1000);
    private final LogWriter writer = log.writer();
    private final Heard heard = new Heard();
    private final Retention retention =
            new Retention(new RetentionSql(log.database), log.tenure, Retention.Terms.DEFAULT);

    @AfterEach
    void close() {
        log.close();
    }

    private void append(int count) {
        int before = heard.total();
        IntStream.range(0, count)
                .forEach(i -> writer.append(Records.transaction("tx" + heard.total() + "-" + i, "x"), heard));
        await().until(() -> heard.total() == before + count);
    }

    /** As a sweep in 30 days: by then everything that is there now is so much older. */
    private Retention.Swept sweepLater() {
        for (String column :
                List.of("log_record.created_at", "client_transaction.created_at", "record_outcome.updated_at")) {
            String[] parts = column.split("\\.", 2);
            log.execute("UPDATE " + parts[0] + " SET " + parts[1] + " = " + parts[1] + " - interval '30 days'");
        }
        return retention.sweep();
    }

    @Test
    void recordsFlowOverTheBoundsOfSegments() {
        append(3500);

        assertEquals(3500, heard.committed.size());
        assertTrue(log.column(SEGMENTS).size() >= 5, () -> "segments: " + log.column(SEGMENTS));
        assertEquals(List.of("3500"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void segmentsBelowTheMarkAreDroppedOnceTheyAreOld() {
        append(3500);
        writer.submit(List.of(new Change.Outcome(7, TransactionState.FAILED, 400, "", new byte[0])), true, () -> {});
        await().until(() -> log.queries.outcome(7).isPresent());
        retention.advance(2500);

        retention.sweep();
        assertEquals(List.of("3500"), log.column("SELECT count(*) FROM log_record"));
        assertEquals(new Retention.Swept(2000, 1, 2500), sweepLater());

        assertEquals(List.of("2001"), log.column("SELECT min(lsn) FROM log_record"));
        assertEquals(List.of(), log.column("SELECT lsn FROM record_outcome"));
        assertEquals(List.of("2501"), log.column("SELECT min(lsn) FROM client_transaction"));
        assertEquals(2500, log.queries.lowWater());
    }

    @Test
    void whatASegmentHoldsIsToldByItsPositionsNotByReadingIt() {
        append(2500);
        retention.advance(2500);
        log.execute("DELETE FROM log_record WHERE lsn BETWEEN 100 AND 199");

        assertEquals(2000, sweepLater().records());
    }

    /** No clock of this host takes part: the one that is counted by wrote the times that are compared. */
    @Test
    void agesAreCountedByPostgresClock() {
        append(3);
        retention.advance(3);
        log.execute("UPDATE client_transaction SET created_at = now() - interval '23 hours 59 minutes' WHERE lsn = 1");
        log.execute("UPDATE client_transaction SET created_at = now() - interval '24 hours 1 minute' WHERE lsn = 2");

        assertEquals(1, retention.sweep().transactions());

        assertEquals(List.of("1", "3"), log.column("SELECT lsn FROM client_transaction ORDER BY 1"));
    }

    @Test
    void whatIsNotBelowTheMarkStaysHoweverOld() {
        append(1500);

        sweepLater();

        assertEquals(List.of("1500"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void theEndOfTheLogIsNeverDropped() {
        append(1500);
        retention.advance(5000);

        sweepLater();

        assertEquals(List.of("1001"), log.column("SELECT min(lsn) FROM log_record"));
        assertEquals(List.of("1500"), log.column("SELECT max(lsn) FROM log_record"));
    }

    private void appendLarge(int count) {
        int before = heard.total();
        IntStream.range(0, count).forEach(i -> writer.append(Records.add("x".repeat(1 << 20)), heard));
        await().until(() -> heard.total() == before + count);
    }

    @Test
    void aSegmentIsClosedWhenItHoldsManyBytesThoughPositionsAreLeft() {
        writer.segmentBytes(4 << 20);
        appendLarge(1);
        for (int i = 0; i < 24; i++) {
            appendLarge(1);
        }

        List<Long> sizes = log.queries.space().segments().stream()
                .map(LogSpace.Segment::bytes)
                .toList();
        assertTrue(sizes.stream().allMatch(bytes -> bytes < 7 << 20), sizes::toString);
        assertTrue(sizes.size() > 5, sizes::toString);
        assertEquals(List.of("25"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void aRestartOfTheWriterCountsWhatItsSegmentHoldsAlready() {
        writer.segmentBytes(4 << 20);
        appendLarge(3);
        writer.close();
        LogWriter next = log.writer();
        next.segmentBytes(2 << 20);
        int before = heard.total();

        next.append(Records.add("a"), heard);
        await().until(() -> heard.total() == before + 1);

        long last = heard.lsns().getLast();
        LogSpace space = log.queries.space();
        assertEquals(
                1,
                log
                        .column("SELECT count(*) FROM log_record WHERE lsn >= "
                                + space.segments().stream()
                                        .filter(segment -> segment.from() <= last && last < segment.to())
                                        .findFirst()
                                        .orElseThrow()
                                        .from())
                        .stream()
                        .mapToInt(Integer::parseInt)
                        .sum(),
                () -> "it is the first of a segment: " + space + ", " + last);
    }

    @Test
    void whatEverybodyHasIsDroppedBeforeItsTimeWhenTheLogIsLargerThanItMayBe() {
        writer.segmentBytes(4 << 20);
        for (int i = 0; i < 40; i++) {
            appendLarge(1);
        }
        long most = 16L << 20;
        retention.advance(heard.lsns().get(29));

        retention.sweep(Long.MAX_VALUE);
        assertEquals(List.of("40"), log.column("SELECT count(*) FROM log_record"), "it is young");

        retention.sweep(most);
        assertTrue(
                log.queries.space().bytes() <= most, () -> log.queries.space().toString());

        retention.sweep(1);
        assertEquals(
                List.of("10"),
                log.column("SELECT count(*) FROM log_record WHERE lsn > "
                        + heard.lsns().get(29)),
                "what somebody still needs stays whatever the bound");
    }

    @Test
    void aRetrysAnswerOutlivesItsRecord() {
        writer.segmentBytes(1 << 20);
        writer.append(Records.transaction("mine", "x"), heard);
        await().until(() -> heard.total() == 1);
        long mine = heard.lsns().getFirst();
        writer.submit(
                List.of(new Change.Outcome(mine, TransactionState.COMPLETED, 201, "", new byte[] {'1'})),
                true,
                () -> {});
        await().until(() -> log.queries.outcome(mine).isPresent());
        appendLarge(1);
        appendLarge(1);
        appendLarge(1);
        retention.advance(heard.lsns().getLast());

        retention.sweep(1);

        assertEquals(List.of("0"), log.column("SELECT count(*) FROM log_record WHERE lsn = " + mine));
        assertEquals(
                mine, log.queries.holderOf("alice@tenant", "mine").orElseThrow().lsn());
        assertEquals(201, log.queries.outcome(mine).orElseThrow().status());
        retention.advance(heard.lsns().getLast() + 1);
        appendLarge(1);
        retention.advance(heard.lsns().getLast());
        sweepLater();
        assertEquals(List.of(), log.column("SELECT lsn FROM record_outcome"), "and not for ever");
    }

    @Test
    void theMarkNeverFallsAndOnlyTheOwnerMovesIt() {
        retention.advance(10);
        retention.advance(5);
        log.take();
        retention.advance(20);

        assertEquals(10, log.queries.lowWater());
    }

    @Test
    void aLongReportStallsTheDropButNotTheWriter() throws SQLException {
        append(2500);
        retention.advance(2500);
        try (Connection report = log.connect();
                Statement statement = report.createStatement()) {
            report.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM log_record");

            Thread sweep = Thread.ofVirtual().start(() -> sweepLater());
            Instant start = Instant.now();
            append(1000);
            assertTrue(Duration.between(start, Instant.now()).compareTo(Duration.ofSeconds(2)) < 0);
            await().until(() -> !sweep.isAlive());
            append(1000);
            report.rollback();
        }

        sweepLater();
        assertEquals(List.of("2001"), log.column("SELECT min(lsn) FROM log_record"));
        assertEquals(4500, heard.committed.size());
    }

    @Test
    void theLogsSizeAndWhatARecordPinsOfItAreKnownWithoutReadingIt() {
        append(3_500);
        LogSpace space = log.queries.space();

        assertEquals(heard.lsns().getLast(), space.last());
        assertEquals(
                log.column("SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
                        + " WHERE inhparent = 'log_record'::regclass"),
                List.of(Long.toString(space.bytes())));
        assertEquals(
                space.bytesFrom(1), space.bytes() - space.segments().getLast().bytes(), "all but the segment to come");
        assertTrue(space.bytesFrom(3_001) < space.bytes() / 3, space::toString);
        assertTrue(space.bytesFrom(2_500) > space.bytesFrom(2_600), space::toString);
        assertEquals(0, space.bytesFrom(4_000));
    }
}
