package org.chromaproxy.wal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.chromaproxy.wal.store.Segments.Segment;

/**
 * Space given back to PostgreSQL. Ages are counted by PostgreSQL's clock: this host's may be set forward while it runs, and
 * would then forget what is needed. Thread-safe; every method blocks and throws {@link StoreException}.
 */
public final class RetentionSql {
    /** Rows per DELETE, so that none holds locks for long. */
    private static final int ROWS = 5_000;

    /** The time before which something is older than an age in seconds. */
    private static final String OLD = "clock_timestamp() - make_interval(secs => ?)";

    /**
     * Segments given back.
     *
     * @param below the LSN below which everything is gone; 0 if nothing was dropped
     * @param records how many records they held at most: gaps between their LSNs count, since nothing is read to tell
     * @param early how many segments went before their time, for the bound in bytes
     */
    public record Dropped(long below, long records, int early) {}

    private final Database database;
    private final LaneRetentionSql lanes;

    public RetentionSql(Database database) {
        this.database = database;
        this.lanes = new LaneRetentionSql(database);
    }

    /** Raises the low-water mark; it never falls. No effect if the log has another owner. */
    public void raiseLowWater(long mark, Tenure tenure) {
        database.call("raising the low-water mark", connection -> {
            try (PreparedStatement update = connection.prepareStatement("UPDATE log_identity SET low_water = ?"
                    + " WHERE low_water < ? AND EXISTS (SELECT FROM log_owner WHERE epoch = ? AND owner = ?)")) {
                update.setLong(1, mark);
                update.setLong(2, mark);
                update.setLong(3, tenure.epoch());
                update.setString(4, tenure.owner());
                return update.executeUpdate();
            }
        });
    }

    /**
     * Drops, oldest first, the segments that lie wholly at or below the stored low-water mark and whose records were all
     * made longer than {@code age} ago, and others below the mark for as long as the log has more than {@code most} bytes. Stops at
     * the first that a long transaction keeps busy.
     *
     * @return what went
     */
    public Dropped dropSegments(Duration age, long most) {
        return database.call("dropping segments", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET lock_timeout = '2s'");
                return dropSegments(connection, age, most);
            } finally {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("RESET lock_timeout");
                }
            }
        });
    }

    private static Dropped dropSegments(Connection connection, Duration age, long most) throws SQLException {
        Segments.dropOrphans(connection);
        long mark = number(connection, "SELECT low_water FROM log_identity");
        long newest = number(connection, "SELECT coalesce(max(lsn), 0) FROM log_record");
        long gone = 0;
        long records = 0;
        int early = 0;
        List<Segment> segments = Segments.list(connection);
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += Segments.bytes(connection, segment);
        }
        for (Segment segment : segments) {
            boolean passed = segment.to() - 1 <= mark && segment.to() <= newest;
            boolean old = segment.detaching() || (passed && olderThan(connection, segment, age));
            if (!old && !(passed && bytes > most)) {
                break;
            }
            long given = Segments.bytes(connection, segment);
            long held = number(connection, "SELECT coalesce(max(lsn) - min(lsn) + 1, 0) FROM " + segment.table());
            if (!Segments.drop(connection, segment)) {
                break;
            }
            records += held;
            gone = segment.to();
            bytes -= given;
            early += old ? 0 : 1;
        }
        return new Dropped(gone, records, early);
    }

    private static boolean olderThan(Connection connection, Segment segment, Duration age) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT coalesce((SELECT created_at FROM "
                + segment.table() + " ORDER BY lsn DESC LIMIT 1) < " + OLD + ", true)")) {
            select.setDouble(1, seconds(age));
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static double seconds(Duration age) {
        return age.toMillis() / 1_000.0;
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql);
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /**
     * Forgets the outcomes and resolutions of records that are gone from the log. An outcome that is younger than {@code age}
     * stays: it is the answer for a client's retry under its own transaction id. Returns how many.
     */
    public int deleteOutcomesBelow(long lsn, Duration age) {
        int outcomes = inSlices(
                "DELETE FROM record_outcome WHERE lsn IN (SELECT lsn FROM record_outcome WHERE lsn < ? AND updated_at < "
                        + OLD + " ORDER BY lsn LIMIT " + ROWS + ")",
                List.of(lsn, seconds(age)));
        inSlices(
                "DELETE FROM outcome_mark WHERE lsn IN (SELECT m.lsn FROM outcome_mark m WHERE m.lsn < ? AND NOT EXISTS"
                        + " (SELECT FROM record_outcome o WHERE o.lsn = m.lsn) LIMIT " + ROWS + ")",
                List.of(lsn));
        return outcomes + deleteBelow("record_resolution", lsn);
    }

    /** The lowest LSN whose record is in the log; {@code Long.MAX_VALUE} for an empty log. */
    public long lowestLsn() {
        return database.call(
                "looking for the lowest LSN",
                connection -> number(connection, "SELECT coalesce(min(lsn), " + Long.MAX_VALUE + ") FROM log_record"));
    }

    private int deleteBelow(String table, long lsn) {
        return inSlices(
                "DELETE FROM " + table + " WHERE lsn IN (SELECT lsn FROM " + table + " WHERE lsn < ? LIMIT " + ROWS
                        + ")",
                List.of(lsn));
    }

    /** Forgets clients' transaction ids older than {@code age} whose records are below the low-water mark. */
    public int deleteTransactions(Duration age) {
        return inSlices(
                "DELETE FROM client_transaction WHERE ctid = ANY (ARRAY(SELECT ctid FROM client_transaction"
                        + " WHERE created_at < " + OLD + " AND lsn <= (SELECT low_water FROM log_identity) LIMIT "
                        + ROWS + "))",
                List.of(seconds(age)));
    }

    /**
     * Forgets cursors and leaders of collections that are deleted everywhere, if nothing in the log is told by them any more. Looks
     * at some of them; the next call goes on with others. Returns how many rows went.
     */
    public int deleteForgottenLanes() {
        return lanes.deleteForgotten();
    }

    private int inSlices(String sql, List<Object> parameters) {
        int total = 0;
        int slice;
        do {
            slice = database.call("deleting what is out of date", connection -> {
                try (PreparedStatement delete = connection.prepareStatement(sql)) {
                    for (int i = 0; i < parameters.size(); i++) {
                        delete.setObject(i + 1, parameters.get(i));
                    }
                    return delete.executeUpdate();
                }
            });
            total += slice;
        } while (slice == ROWS);
        return total;
    }
}
