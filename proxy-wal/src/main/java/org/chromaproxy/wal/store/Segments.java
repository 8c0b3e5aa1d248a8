package org.chromaproxy.wal.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The segments of the log: partitions of {@code log_record} by LSN, named after their bounds.
 *
 * <p>They are attached and detached in the two ways that take no lock a COPY or a report has to wait for: ATTACH of a
 * finished table, and DETACH CONCURRENTLY.
 */
final class Segments {
    private static final String PREFIX = "log_segment_";
    /**
     * Whatever fits into a page stays in the row: a body of 2 to 8 KB elsewhere would be two or more rows of another table,
     * and as many entries of its index.
     */
    private static final String IN_LINE = "toast_tuple_target = 8160";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Positions {@code from} to {@code to - 1}. */
    record Segment(String table, long from, long to, boolean detaching) {}

    private Segments() {}

    static List<Segment> list(Connection connection) throws SQLException {
        List<Segment> segments = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT c.relname, i.inhdetachpending FROM pg_inherits i"
                        + " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'log_record'::regclass")) {
            while (rows.next()) {
                String table = rows.getString(1);
                String[] bounds = table.substring(PREFIX.length()).split("_", 2);
                segments.add(
                        new Segment(table, Long.parseLong(bounds[0]), Long.parseLong(bounds[1]), rows.getBoolean(2)));
            }
        }
        segments.sort(Comparator.comparingLong(Segment::from));
        return segments;
    }

    /** The segment that an LSN lies in, and its bytes; an empty one that ends there if there is none. */
    static LogSession.SegmentFill fill(Connection connection, long lsn) throws SQLException {
        for (Segment segment : list(connection)) {
            if (segment.from() <= lsn && lsn < segment.to()) {
                return new LogSession.SegmentFill(segment.to(), bytes(connection, segment));
            }
        }
        return new LogSession.SegmentFill(lsn, 0);
    }

    /** Its bytes on disk, indexes included. */
    static long bytes(Connection connection, Segment segment) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT coalesce(pg_total_relation_size(to_regclass('" + segment.table() + "')), 0)")) {
            row.next();
            return row.getLong(1);
        }
    }

    /**
     * Makes sure that {@code first} to {@code last} have segments and that another one follows. The connection must be outside a
     * transaction, in manual commit mode.
     *
     * @return the LSN at which to ask again
     */
    static long cover(Connection connection, long first, long last, long size) throws SQLException {
        List<Segment> present = list(connection);
        connection.commit();
        long newest = present.isEmpty() ? 1 : present.getLast().from();
        long end = present.isEmpty() ? 1 : present.getLast().to();
        if (first - end > size) {
            end = first;
        }
        while (newest <= last) {
            boolean needed = end <= last;
            try {
                create(connection, end, end + size, needed);
            } catch (SQLException e) {
                connection.rollback();
                if (needed || !LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
                return last + 1;
            }
            newest = end;
            end += size;
        }
        return newest;
    }

    private static void create(Connection connection, long from, long to, boolean needed) throws SQLException {
        String table = PREFIX + from + "_" + to;
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '" + (needed ? "2s" : "50ms") + "'");
            statement.execute("CREATE TABLE " + table + " (LIKE log_record INCLUDING ALL) WITH (" + IN_LINE + ")");
            statement.execute("ALTER TABLE log_record ATTACH PARTITION " + table + " FOR VALUES FROM (" + from
                    + ") TO (" + to + ")");
        }
        connection.commit();
    }

    /**
     * Detaches and drops a segment; the connection must be in auto-commit mode with a lock time-out.
     *
     * @return false if a long transaction stood in the way; to be tried again later
     */
    static boolean drop(Connection connection, Segment segment) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE log_record DETACH PARTITION " + segment.table()
                    + (segment.detaching() ? " FINALIZE" : " CONCURRENTLY"));
            statement.execute("DROP TABLE " + segment.table());
            return true;
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /** Drops tables that were detached but, after a crash, not dropped. */
    static void dropOrphans(Connection connection) throws SQLException {
        List<String> orphans = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT c.relname FROM pg_class c WHERE c.relkind = 'r'"
                        + " AND c.relnamespace = current_schema()::regnamespace AND c.relname LIKE 'log\\_segment\\_%'"
                        + " AND NOT c.relispartition")) {
            while (rows.next()) {
                orphans.add(rows.getString(1));
            }
        }
        for (String orphan : orphans) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("DROP TABLE " + orphan);
            }
        }
    }
}
