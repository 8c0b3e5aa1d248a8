package org.chromaproxy.wal.store.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.OptionalLong;
import org.chromaproxy.wal.store.Database;
import org.chromaproxy.wal.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Records that were given up, and what operators did about them. Thread-safe; blocks; throws {@link StoreException}. */
public final class DeadLetterSql {
    /** A mark is an operator's word, not the log's: enough that its proxy still owns the log. */
    private static final String OWNED = " WHERE EXISTS (SELECT FROM log_owner WHERE epoch = ?)";

    private static final String LETTER = "SELECT o.lsn, o.reason, o.status, o.updated_at, coalesce(m.action, ''),"
            + " m.retried_lsn FROM record_outcome o LEFT JOIN outcome_mark m ON m.lsn = o.lsn"
            + " WHERE o.state = 'ABANDONED'";
    private static final String OPEN = " AND coalesce(m.action, '') = ''";

    /**
     * A record that was given up.
     *
     * @param status what its client was told, 0 for nothing
     * @param action what an operator did about it: {@code retry}, {@code discard} or nothing yet
     * @param retriedAs the LSN of the record it was retried as
     */
    public record Letter(long lsn, String reason, int status, Instant at, String action, OptionalLong retriedAs) {
        /** Whether nobody has decided about it. */
        public boolean open() {
            return action.isEmpty();
        }
    }

    private final Database database;
    private final LogQueries queries;

    public DeadLetterSql(Database database, LogQueries queries) {
        this.database = database;
        this.queries = queries;
    }

    /** A page of them, newest first. */
    public List<Letter> letters(boolean all, int limit, int offset) {
        String sql = LETTER + (all ? "" : OPEN) + " ORDER BY o.lsn DESC LIMIT ? OFFSET ?";
        return queries.list(sql, DeadLetterSql::letter, limit, offset);
    }

    /** Those nobody has decided about that were given up longer than {@code age} ago by PostgreSQL's clock, oldest first. */
    public List<Letter> openLongerThan(Duration age, int limit) {
        String sql = LETTER + OPEN + " AND o.updated_at < clock_timestamp() - make_interval(secs => ?)"
                + " ORDER BY o.lsn LIMIT ?";
        return queries.list(sql, DeadLetterSql::letter, age.toMillis() / 1_000.0, limit);
    }

    public List<Letter> letter(long lsn) {
        return queries.list(LETTER + " AND o.lsn = ?", DeadLetterSql::letter, lsn);
    }

    public long count(boolean all) {
        return queries.list("SELECT count(*) FROM (" + LETTER + (all ? "" : OPEN) + ") letters", row -> row.getLong(1))
                .getFirst();
    }

    /** Notes what was done about one; false when the log is not owned under that epoch any more. */
    public boolean mark(long lsn, String action, OptionalLong retriedAs, long epoch) {
        return change(
                        "INSERT INTO outcome_mark (lsn, action, retried_lsn) SELECT ?, ?, ?" + OWNED
                                + " ON CONFLICT (lsn) DO UPDATE SET action = excluded.action,"
                                + " retried_lsn = excluded.retried_lsn, marked_at = clock_timestamp()",
                        lsn,
                        action,
                        retriedAs.isPresent() ? retriedAs.getAsLong() : null,
                        epoch)
                == 1;
    }

    /** Hides all errors of now; returns how many more than before. */
    public int clearErrors(long epoch) {
        return change(
                "INSERT INTO outcome_mark (lsn, cleared_at) SELECT o.lsn, clock_timestamp() FROM record_outcome o"
                        + OWNED + " AND (o.state = 'ABANDONED' OR (o.state = 'FAILED' AND o.status >= 500))"
                        + " AND NOT EXISTS (SELECT FROM outcome_mark c WHERE c.lsn = o.lsn AND c.cleared_at IS NOT NULL)"
                        + " ON CONFLICT (lsn) DO UPDATE SET cleared_at = excluded.cleared_at",
                epoch);
    }

    private int change(String sql, @Nullable Object... parameters) {
        return database.call("marking outcomes", connection -> {
            try (var update = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    if (parameters[i] == null) {
                        update.setNull(i + 1, Types.BIGINT);
                    } else {
                        update.setObject(i + 1, parameters[i]);
                    }
                }
                return update.executeUpdate();
            }
        });
    }

    private static Letter letter(ResultSet row) throws SQLException {
        long retried = row.getLong(6);
        OptionalLong retriedAs = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(retried);
        return new Letter(
                row.getLong(1),
                row.getString(2),
                row.getInt(3),
                row.getObject(4, OffsetDateTime.class).toInstant(),
                row.getString(5),
                retriedAs);
    }
}
