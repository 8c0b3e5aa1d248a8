package org.chromaproxy.wal.store.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LaneBacklog;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.store.StoreException;

/** The log lane by lane. Thread-safe; blocks; every method throws {@link StoreException}. */
public final class LaneSql {
    private static final String BACKLOGS =
            "SELECT r.lane, count(*), sum(octet_length(coalesce(x.body, r.body)))::bigint, min(r.lsn), max(r.lsn)"
                    + " FROM log_record r LEFT JOIN record_resolution x ON x.lsn = r.lsn"
                    + " WHERE r.lsn > ? GROUP BY r.lane";
    /** Lengths are summed before bodies are read: what is over the bound never leaves the disk. */
    private static final String PAGE = "SELECT " + LogQueries.COLUMNS
            + ", octet_length(sent), CASE WHEN octet_length(sent) <= ? THEN sent END, resolved, o.lsn, o.state,"
            + " o.status, o.reason, o.response FROM (SELECT p.*, coalesce(x.body, p.body) AS sent, x.lsn IS NOT NULL"
            + " AS resolved, row_number() OVER w AS place, sum(octet_length(coalesce(x.body, p.body))) OVER w AS total"
            + " FROM (SELECT * FROM log_record WHERE lane = ? AND lsn > ? ORDER BY lsn LIMIT ?) p LEFT JOIN"
            + " record_resolution x ON x.lsn = p.lsn WINDOW w AS (ORDER BY p.lsn)) r LEFT JOIN record_outcome o ON"
            + " o.lsn = r.lsn WHERE place = 1 OR total <= ? ORDER BY r.lsn";

    private static final String LAST_BATCH = "SELECT coalesce(max(number), 0) FROM log_batch";

    /**
     * Of one page.
     *
     * @param records at most so many
     * @param bytes at most so many of bodies, but one record whatever its size
     * @param largest bodies with more bytes are left out
     */
    public record Bound(int records, long bytes, long largest) {}

    private final LogQueries queries;

    public LaneSql(LogQueries queries) {
        this.queries = queries;
    }

    /** Passes on every lane with records above {@code lsn}, in no order. The consumer holds a connection up. */
    public void backlogs(long lsn, Consumer<LaneBacklog> consumer) {
        queries.stream(
                BACKLOGS,
                row -> new LaneBacklog(
                        row.getObject(1, UUID.class), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)),
                consumer,
                lsn);
    }

    /**
     * The next records of a lane above {@code lsn}, in LSN order, with bodies, but for those over the bound.
     *
     * @param batch the log must hold this transaction, else it is not what it was: kind LOST
     */
    public List<LoggedRecord> page(UUID lane, long lsn, Bound bound, long batch) {
        return queries.database().promptly("reading the log", connection -> {
            // First, and on the same connection: what a server has committed it does not take back.
            List<Long> last = LogQueries.list(connection, LAST_BATCH, row -> row.getLong(1));
            if (last.getFirst() < batch) {
                throw StoreException.lost("the log ends at transaction " + last.getFirst() + ", not at " + batch);
            }
            return LogQueries.list(
                    connection, PAGE, LaneSql::toRecord, bound.largest(), lane, lsn, bound.records(), bound.bytes());
        });
    }

    private static LoggedRecord toRecord(ResultSet row) throws SQLException {
        Optional<Change.Outcome> outcome =
                row.getString(20) == null ? Optional.empty() : Optional.of(LogQueries.toOutcome(row, 19));
        byte[] body = row.getBytes(17);
        return new LoggedRecord(
                LogQueries.toRecord(row, body == null ? new byte[0] : body), row.getBoolean(18), outcome);
    }
}
