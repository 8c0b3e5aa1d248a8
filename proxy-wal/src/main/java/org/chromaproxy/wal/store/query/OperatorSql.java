package org.chromaproxy.wal.store.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.wal.record.StorableText;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Questions only people and their dashboards ask. Thread-safe; blocks; every method throws {@link StoreException}. */
public final class OperatorSql {
    /** Below so many positions a scan is cheaper than to go on halving. */
    private static final long CLOSE_ENOUGH = 1_000;

    /**
     * Transactions of one state, with the times of the oldest and the latest.
     *
     * @param state as counted: a refusal is REFUSED, the proxy's own writes of a copy are COPYING or COPIED
     */
    public record StateSummary(String state, long count, Instant oldest, Instant latest) {}

    /**
     * A record that came to nothing, though its client did nothing wrong.
     *
     * @param method empty, like the path, when the record itself is not in the log any more
     */
    public record Failure(long lsn, TransactionState state, String reason, Instant at, String method, String path) {}

    private record Position(long lsn, Instant createdAt) {}

    private final LogQueries queries;

    public OperatorSql(LogQueries queries) {
        this.queries = queries;
    }

    /** LSNs reserved for a client's transaction id, in whatever scope: one index look-up per scope there is. */
    public List<Long> lsnsOf(String transactionId) {
        if (!StorableText.isStorable(transactionId)) {
            return List.of();
        }
        return queries.list(
                "WITH RECURSIVE scopes (scope) AS (SELECT min(scope) FROM client_transaction UNION ALL"
                        + " SELECT (SELECT min(c.scope) FROM client_transaction c WHERE c.scope > s.scope)"
                        + " FROM scopes s WHERE s.scope IS NOT NULL)"
                        + " SELECT t.lsn FROM scopes s JOIN client_transaction t ON t.scope = s.scope AND t.tx_id = ?",
                row -> row.getLong(1),
                transactionId);
    }

    /** Whether there is a record with that LSN of one of these tenants. */
    public boolean isOf(long lsn, Collection<String> tenants) {
        List<Object> values = new ArrayList<>();
        values.add(lsn);
        tenants.stream().filter(StorableText::isStorable).forEach(values::add);
        if (values.size() == 1) {
            return false;
        }
        String places = String.join(", ", Collections.nCopies(values.size() - 1, "?"));
        return !queries.list(
                        "SELECT lsn FROM log_record WHERE lsn = ? AND tenant IN (" + places + ")",
                        row -> row.getLong(1),
                        values.toArray())
                .isEmpty();
    }

    /** When a record's outcome was last written; empty without an outcome of its own. */
    public Optional<Instant> outcomeTime(long lsn) {
        return queries.list("SELECT updated_at FROM record_outcome WHERE lsn = ?", row -> instant(row, 1), lsn).stream()
                .findFirst();
    }

    /** Transactions made since then, by state. */
    public List<StateSummary> summary(Instant since) {
        return queries.list(
                "SELECT status, count(*), min(created_at), max(created_at) FROM counted_transactions"
                        + " WHERE lsn > ? AND created_at >= ? GROUP BY status ORDER BY status",
                row -> new StateSummary(row.getString(1), row.getLong(2), instant(row, 3), instant(row, 4)),
                lastBefore(since),
                since.atOffset(ZoneOffset.UTC));
    }

    /**
     * An LSN such that everything up to it is older than {@code since}. Found by halving, since records have no index on
     * their time, but were made in the order of their LSNs.
     */
    private long lastBefore(Instant since) {
        long low = 0;
        long high = queries.list("SELECT coalesce(max(lsn), 0) FROM log_record", row -> row.getLong(1))
                .getFirst();
        while (high - low > CLOSE_ENOUGH) {
            long middle = low + (high - low) / 2;
            Optional<Position> next = firstAfter(middle);
            if (next.isPresent() && next.get().createdAt().isBefore(since)) {
                low = next.get().lsn();
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Optional<Position> firstAfter(long lsn) {
        return queries
                .list(
                        "SELECT lsn, created_at FROM log_record WHERE lsn > ? ORDER BY lsn LIMIT 1",
                        row -> new Position(row.getLong(1), instant(row, 2)),
                        lsn)
                .stream()
                .findFirst();
    }

    /** The newest records given up, or failed by every instance alike, newest first, but for those an operator cleared. Refusals (4xx) are not among them. */
    public List<Failure> failures(int limit) {
        return queries.list(
                "SELECT o.lsn, o.state, o.reason, o.updated_at, r.method, r.path FROM record_outcome o LEFT JOIN"
                        + " log_record r ON r.lsn = o.lsn WHERE (o.state = 'ABANDONED' OR (o.state = 'FAILED' AND o.status"
                        + " >= 500)) AND NOT EXISTS (SELECT FROM outcome_mark m WHERE m.lsn = o.lsn AND m.cleared_at IS"
                        + " NOT NULL) ORDER BY o.lsn DESC LIMIT ?",
                row -> new Failure(
                        row.getLong(1),
                        TransactionState.valueOf(row.getString(2)),
                        row.getString(3),
                        instant(row, 4),
                        text(row.getString(5)),
                        text(row.getString(6))),
                limit);
    }

    /** How many of these have failed since then. */
    public long failuresSince(Instant since) {
        return queries.list(
                        "SELECT count(*) FROM record_outcome WHERE updated_at >= ?"
                                + " AND (state = 'ABANDONED' OR (state = 'FAILED' AND status >= 500))",
                        row -> row.getLong(1),
                        since.atOffset(ZoneOffset.UTC))
                .getFirst();
    }

    /** How many outcomes there are of one state. */
    public long count(TransactionState state) {
        return queries.list("SELECT count(*) FROM record_outcome WHERE state = ?", row -> row.getLong(1), state.name())
                .getFirst();
    }

    /** When these collections' mappings were last stored; unknown ones are missing. */
    public Map<UUID, Instant> mappingTimes(Collection<UUID> publicIds) {
        Map<UUID, Instant> times = new HashMap<>();
        queries.list(
                "SELECT public_id, updated_at FROM collection WHERE public_id = ANY (?::uuid[])",
                row -> times.put(row.getObject(1, UUID.class), instant(row, 2)),
                array(publicIds));
        return times;
    }

    private static String array(Collection<UUID> ids) {
        return "{" + String.join(",", ids.stream().map(UUID::toString).toList()) + "}";
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
