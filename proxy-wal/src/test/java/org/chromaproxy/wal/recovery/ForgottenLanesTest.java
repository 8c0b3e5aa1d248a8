package org.chromaproxy.wal.recovery;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.store.RetentionSql;
import org.chromaproxy.wal.testkit.EmbeddedServer;
import org.chromaproxy.wal.testkit.Heard;
import org.chromaproxy.wal.testkit.LogFixture;
import org.chromaproxy.wal.testkit.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is left of the lanes of collections that were deleted everywhere. */
class ForgottenLanesTest {
    private static final UUID LANE = Records.LANE;
    private static final UUID ALIVE = new UUID(2, 1);
    private static final UUID DELETED = new UUID(2, 2);
    private static final String CURSORS = "SELECT DISTINCT lane FROM lane_cursor ORDER BY lane";
    private static final String LEADERS = "SELECT lane FROM lane_leader ORDER BY lane";

    private final LogFixture log = new LogFixture(EmbeddedServer.shared(), 1000);
    private final LogWriter writer = log.writer();
    private final Heard heard = new Heard();
    private final Retention retention =
            new Retention(new RetentionSql(log.database), log.tenure, Retention.Terms.DEFAULT);

    @AfterEach
    void close() {
        log.close();
    }

    private void durable(Change... changes) {
        AtomicBoolean done = new AtomicBoolean();
        writer.submit(List.of(changes), true, () -> done.set(true));
        await().untilTrue(done);
    }

    private void append(int count) {
        int before = heard.total();
        for (int i = 0; i < count; i++) {
            writer.append(Records.add("x"), heard);
        }
        await().until(() -> heard.total() == before + count);
    }

    /** Nobody needs the segments before the last one any more. */
    private void dropSegments() {
        retention.advance(heard.lsns().getLast());
        log.execute("UPDATE log_record SET created_at = created_at - interval '30 days'");
        assertTrue(retention.sweep().records() > 0);
    }

    private static Change.PutMapping mapping(UUID id, long deletedLsn) {
        return new Change.PutMapping(
                new Mapping(id, new Mapping.Path("t", "d", id.toString()), 1, deletedLsn, Instant.EPOCH, Map.of()));
    }

    private static Change.Cursor cursor(UUID lane, String instance, long lsn) {
        return new Change.Cursor(lane, instance, lsn);
    }

    private static Change.Lead lead(UUID lane, long term) {
        return new Change.Lead(lane, "replica", term);
    }

    private static List<String> texts(UUID... lanes) {
        return List.of(lanes).stream().map(UUID::toString).sorted().toList();
    }

    @Test
    void whatWasLoggedAsItsCollectionWentAndHasNoOutcomeIsFound() {
        append(5);
        List<Long> lsns = heard.lsns();
        durable(
                cursor(LANE, "primary", lsns.get(1)),
                new Change.Outcome(lsns.get(2), TransactionState.FAILED, 404, "gone", new byte[0]),
                new Change.Outcome(lsns.get(3), TransactionState.PENDING_RECOVERY, 202, "", new byte[0]));
        LogReader reader = new LogReader(log.queries);
        assertEquals(Set.of(lsns.get(3), lsns.get(4)), leftBehind(reader, 0));
        assertEquals(Set.of(lsns.get(4)), leftBehind(reader, lsns.get(3)));
        durable(mapping(LANE, 0));
        assertEquals(Set.of(), leftBehind(reader, 0));
    }

    private static Set<Long> leftBehind(LogReader reader, long above) {
        Set<Long> found = new HashSet<>();
        reader.forEachLeftBehind(above, found::add);
        return found;
    }

    @Test
    void aLeaderIsForgottenWithItsMappingInWhateverOrderTheyAreWritten() {
        durable(mapping(LANE, 0), lead(LANE, 5));

        durable(lead(LANE, 6), new Change.DropMapping(LANE));
        assertEquals(List.of(), log.column(LEADERS));

        // Taken over again, under the id it had.
        durable(new Change.DropMapping(LANE), mapping(LANE, 0), lead(LANE, 0));
        assertEquals(List.of(new Change.Lead(LANE, "replica", 0)), log.queries.leaders());
    }

    @Test
    void aCursorIsKeptForAsLongAsTheLogHoldsARecordThatItTellsOf() {
        append(1500);
        durable(mapping(LANE, 0), cursor(LANE, "primary", 1001), cursor(LANE, "replica", 1000));
        durable(new Change.DropMapping(LANE));
        retention.sweep();
        assertEquals(List.of("1000", "1001"), log.column("SELECT lsn FROM lane_cursor ORDER BY 1"));
        assertEquals(
                List.of("COMPLETED 1001", "ATTEMPTING 499"),
                log.column(
                        "SELECT status || ' ' || count(*) FROM counted_transactions GROUP BY status ORDER BY 1 DESC"));

        dropSegments();
        assertEquals(List.of("1001"), log.column("SELECT lsn FROM lane_cursor"), "1001 is in the log");
        append(1000);
        dropSegments();

        assertEquals(List.of(), log.column("SELECT lsn FROM lane_cursor"));
    }

    @Test
    void lanesOfTheCatalogOfTheLivingAndOfWhatSomeServerHasStillToDeleteAreKept() {
        append(1500);
        for (UUID lane : List.of(Subject.CATALOG, ALIVE, DELETED, LANE)) {
            durable(cursor(lane, "primary", 7), cursor(lane, "replica", 0), lead(lane, 1));
        }
        durable(mapping(ALIVE, 0), mapping(DELETED, 900));

        dropSegments();

        assertEquals(texts(Subject.CATALOG, ALIVE, DELETED), log.column(CURSORS));
        assertEquals(texts(Subject.CATALOG, ALIVE, DELETED), log.column(LEADERS));
        assertEquals(List.of("6"), log.column("SELECT count(*) FROM lane_cursor"));
    }

    @Test
    void whatIsWrittenAfterTheMappingIsGoneGoesToo() {
        append(1500);
        durable(mapping(LANE, 0));
        durable(new Change.DropMapping(LANE));
        durable(cursor(LANE, "primary", 9), lead(LANE, 3));

        dropSegments();

        assertEquals(List.of(), log.column(CURSORS));
        assertEquals(List.of(), log.column(LEADERS));
    }

    /** Nothing tells yet whether its first record is being committed. */
    @Test
    void anEmptyLogForgetsNoCursor() {
        durable(cursor(LANE, "primary", 9));

        retention.sweep();

        assertEquals(texts(LANE), log.column(CURSORS));
    }

    @Test
    void aRowThatIsBeingWrittenIsLeftAndNotWaitedFor() throws SQLException {
        append(1500);
        durable(cursor(LANE, "primary", 9), cursor(LANE, "replica", 9));
        try (Connection other = log.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("UPDATE lane_cursor SET lsn = 1400 WHERE instance = 'replica'");
            dropSegments();
            other.commit();
        }

        assertEquals(List.of(cursor(LANE, "replica", 1400)), log.queries.cursors());
        retention.sweep();
        assertEquals(List.of(cursor(LANE, "replica", 1400)), log.queries.cursors());
    }

    /** As builds left them that forgot none. */
    @Test
    void thousandsThatAnOlderBuildLeftGoInPieces() {
        append(1500);
        durable(mapping(ALIVE, 0), cursor(ALIVE, "primary", 3), lead(ALIVE, 1));
        dropSegments();
        log.execute("INSERT INTO lane_cursor SELECT gen_random_uuid(), i, 1 FROM generate_series(1, 50000) n,"
                + " unnest(ARRAY['primary', 'replica']) i");
        log.execute(
                "INSERT INTO lane_leader SELECT DISTINCT lane, 'primary', 1 FROM lane_cursor ON CONFLICT DO NOTHING");

        Set<Long> left = new HashSet<>(List.of(100_001L));
        for (int sweeps = 0; sweeps < 7; sweeps++) {
            retention.sweep();
            left.add(Long.parseLong(
                    log.column("SELECT count(*) FROM lane_cursor").getFirst()));
        }

        assertTrue(left.size() > 4, () -> "not all at once: " + left);
        assertEquals(texts(ALIVE), log.column(CURSORS));
        assertEquals(texts(ALIVE), log.column(LEADERS));
    }

    @Test
    void aStartReadsTheLanesThatHaveAMappingAndTheCatalogs() {
        for (UUID lane : List.of(Subject.CATALOG, ALIVE, DELETED, LANE)) {
            durable(cursor(lane, "primary", 7), lead(lane, 1));
        }
        durable(mapping(ALIVE, 0), mapping(DELETED, 900));
        LogReader reader = new LogReader(log.queries);

        Set<UUID> read = new HashSet<>();
        reader.forEachCursor(cursor -> assertTrue(read.add(cursor.lane())));
        assertEquals(Set.of(Subject.CATALOG, ALIVE, DELETED), read);
        read.clear();
        reader.forEachLeader(lead -> assertTrue(read.add(lead.lane())));
        assertEquals(Set.of(Subject.CATALOG, ALIVE, DELETED), read);
    }
}
