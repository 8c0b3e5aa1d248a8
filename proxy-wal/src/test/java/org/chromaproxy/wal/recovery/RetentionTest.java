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
    private final Instant later = Instant.now().plus(Duration.ofDays(30));
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

        retention.sweep(Instant.now());
        assertEquals(List.of("3500"), log.column("SELECT count(*) FROM log_record"));
        assertEquals(new Retention.Swept(2000, 1, 2500), retention.sweep(later));

        assertEquals(List.of("2001"), log.column("SELECT min(lsn) FROM log_record"));
        assertEquals(List.of(), log.column("SELECT lsn FROM record_outcome"));
        assertEquals(List.of("2501"), log.column("SELECT min(lsn) FROM client_transaction"));
        assertEquals(2500, log.queries.lowWater());
    }

    @Test
    void whatIsNotBelowTheMarkStaysHoweverOld() {
        append(1500);

        retention.sweep(later);

        assertEquals(List.of("1500"), log.column("SELECT count(*) FROM log_record"));
    }

    @Test
    void theEndOfTheLogIsNeverDropped() {
        append(1500);
        retention.advance(5000);

        retention.sweep(later);

        assertEquals(List.of("1001"), log.column("SELECT min(lsn) FROM log_record"));
        assertEquals(List.of("1500"), log.column("SELECT max(lsn) FROM log_record"));
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

            Thread sweep = Thread.ofVirtual().start(() -> retention.sweep(later));
            Instant start = Instant.now();
            append(1000);
            assertTrue(Duration.between(start, Instant.now()).compareTo(Duration.ofSeconds(2)) < 0);
            await().until(() -> !sweep.isAlive());
            append(1000);
            report.rollback();
        }

        retention.sweep(later);
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
