package org.chromaproxy.wal.store.query;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The disk space of the log's records, indexes included, as PostgreSQL's catalog tells it.
 *
 * @param segments by LSN
 * @param last the highest LSN
 */
public record LogSpace(List<Segment> segments, long last) {
    /** Positions {@code from} to {@code to - 1} and their bytes on disk. */
    public record Segment(long from, long to, long bytes) {}

    static LogSpace read(Connection connection) throws SQLException {
        List<Segment> segments = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT split_part(c.relname, '_', 3)::bigint,"
                    + " split_part(c.relname, '_', 4)::bigint, pg_total_relation_size(c.oid) FROM pg_inherits i"
                    + " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'log_record'::regclass ORDER BY 1")) {
                while (rows.next()) {
                    segments.add(new Segment(rows.getLong(1), rows.getLong(2), rows.getLong(3)));
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT coalesce(max(lsn), 0) FROM log_record")) {
                row.next();
                return new LogSpace(segments, row.getLong(1));
            }
        }
    }

    /** Bytes in all. */
    public long bytes() {
        return segments.stream().mapToLong(Segment::bytes).sum();
    }

    /**
     * Bytes of the records from {@code lsn} on: what somebody pins who has not applied that one. Within a segment all
     * records count as equally large; one that holds none yet counts for nobody.
     */
    public long bytesFrom(long lsn) {
        return segments.stream().mapToLong(segment -> bytesFrom(segment, lsn)).sum();
    }

    private long bytesFrom(Segment segment, long lsn) {
        long end = Math.min(segment.to(), last + 1);
        long above = end - Math.max(lsn, segment.from());
        return above <= 0 ? 0 : Math.round((double) segment.bytes() * above / (end - segment.from()));
    }
}
