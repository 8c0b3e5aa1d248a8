package org.chromaproxy.wal.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A writer session over its own PostgreSQL connection. Confined to the writer thread. */
final class PgLogSession implements LogSession {
    private static final Logger LOG = LoggerFactory.getLogger(PgLogSession.class);
    private static final int EXPEL_ROUNDS = 20;

    private static final long BATCHES_KEPT = 1_024;

    private interface Answer<T> {
        T of(ResultSet row) throws SQLException;
    }

    private interface Step<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    private final Connection connection;
    private final DatabaseTarget target;

    private PgLogSession(Connection connection, DatabaseTarget target) {
        this.connection = connection;
        this.target = target;
    }

    static LogSession open(DatabaseTarget target) {
        Properties properties = new Properties();
        properties.setProperty("user", target.user());
        properties.setProperty("password", target.password());
        properties.setProperty("currentSchema", target.schema());
        properties.setProperty("ApplicationName", "chroma-proxy log writer");
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("loginTimeout", "4");
        // A COMMIT that hangs longer (standby gone, network black hole) is in doubt and resolved on a new connection.
        properties.setProperty("socketTimeout", "8");
        properties.setProperty("tcpKeepAlive", "true");
        Connection connection = null;
        try {
            connection = DriverManager.getConnection(target.url(), properties);
            prepare(connection);
            return new PgLogSession(connection, target);
        } catch (SQLException | RuntimeException e) {
            closeQuietly(connection);
            throw e instanceof SQLException sql
                    ? StoreException.of("opening a writer session", sql)
                    : (RuntimeException) e;
        }
    }

    private static void prepare(Connection connection) throws SQLException {
        if (single(connection, "SELECT current_setting('transaction_read_only')")
                .equals("on")) {
            throw StoreException.lost("this PostgreSQL server takes no writes: it is a standby, or set read-only");
        }
        // remote_apply is stronger than on; anything else is weaker than invariant 1.
        if (!single(connection, "SELECT current_setting('synchronous_commit')").equals("remote_apply")) {
            single(connection, "SELECT set_config('synchronous_commit', 'on', false)");
        }
        // A writer that stopped in mid-transaction must not hold the owner row for ever.
        single(connection, "SELECT set_config('idle_in_transaction_session_timeout', '10s', false)");
        if (!single(connection, "SELECT current_setting('fsync')").equals("on")) {
            LOG.warn("PostgreSQL runs with fsync off: a power failure will lose acknowledged writes");
        }
        connection.setAutoCommit(false);
    }

    private static String single(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Override
    public Owner owner() {
        return step("reading the owner", () -> {
            Owner owner = OwnerTable.read(connection);
            connection.commit();
            return owner;
        });
    }

    @Override
    public void expelPredecessor() {
        step("taking the writer's lock", () -> {
            String key = "hashtextextended('chroma-proxy writer ' || current_schema(), 0)";
            for (int round = 0; round < EXPEL_ROUNDS; round++) {
                boolean ours = single(connection, "SELECT pg_try_advisory_lock(" + key + ")")
                        .equals("t");
                if (!ours) {
                    // The holder ends within its current step; waiting for it is the server's, bounded to 100 ms.
                    single(
                            connection,
                            "SELECT count(pg_terminate_backend(pid, 100)) FROM pg_locks"
                                    + " WHERE locktype = 'advisory' AND granted AND objsubid = 1"
                                    + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                                    + " AND ((classid::bigint << 32) | objid::bigint) = " + key);
                }
                connection.commit();
                if (ours) {
                    return null;
                }
            }
            throw StoreException.lost("an earlier writer session does not end");
        });
    }

    @Override
    public boolean retake(Tenure tenure) {
        return step("taking the log again", () -> {
            boolean taken = OwnerTable.take(connection, tenure);
            connection.commit();
            return taken;
        });
    }

    @Override
    public End end() {
        return step("reading the log's end", () -> {
            End end = new End(
                    number("SELECT greatest((SELECT coalesce(max(lsn), 0) FROM log_record),"
                            + " (SELECT low_water FROM log_identity))"),
                    number("SELECT coalesce(max(number), 0) FROM log_batch"));
            connection.commit();
            return end;
        });
    }

    @Override
    public long coverSegments(long first, long last) {
        return step("creating a segment", () -> Segments.cover(connection, first, last, target.segmentLsns()));
    }

    @Override
    public SegmentFill segmentOf(long lsn) {
        return step("looking at a segment", () -> {
            SegmentFill fill = Segments.fill(connection, lsn);
            connection.commit();
            return fill;
        });
    }

    @Override
    public boolean present(long first, long last) {
        return step("looking for a batch", () -> {
            boolean found = number("SELECT count(*) FROM (SELECT FROM log_record WHERE lsn BETWEEN " + first + " AND "
                            + last + " LIMIT 1) x")
                    > 0;
            connection.commit();
            return found;
        });
    }

    private long number(String sql) throws SQLException {
        return Long.parseLong(single(connection, sql));
    }

    @Override
    public boolean begin(Tenure tenure, long batch, @Nullable LogRecord record) {
        return step("checking the owner", () -> {
            String lock = "SELECT FROM log_owner WHERE id = 1 AND epoch = ? AND owner = ? FOR SHARE";
            try (PreparedStatement statement = connection.prepareStatement(together(lock, "1", record))) {
                return begun(statement, tenure, batch, record, row -> true, false);
            }
        });
    }

    @Override
    public Instant beginWithHeartbeat(Tenure tenure, long batch, @Nullable LogRecord record) {
        return step("renewing the heartbeat", () -> {
            String renew = "UPDATE log_owner"
                    + " SET heartbeat = greatest(clock_timestamp(), heartbeat + interval '1 microsecond')"
                    + " WHERE id = 1 AND epoch = ? AND owner = ? AND NOT released RETURNING heartbeat";
            try (PreparedStatement statement = connection.prepareStatement(together(renew, "heartbeat", record))) {
                return begun(
                        statement,
                        tenure,
                        batch,
                        record,
                        row -> row.getObject(1, OffsetDateTime.class).toInstant(),
                        Instant.MIN);
            }
        });
    }

    /** One round trip: the number is noted, and the record inserted, only if the owner row was found. */
    private static String together(String owner, String answer, @Nullable LogRecord record) {
        return "WITH o AS (" + owner + "), b AS (INSERT INTO log_batch"
                + " SELECT v.n FROM o CROSS JOIN (VALUES (?::bigint)) v (n) WHERE v.n > 0)"
                + (record == null ? "" : ", r AS (" + RecordRow.INSERT + " FROM o)") + " SELECT " + answer + " FROM o";
    }

    private <T> T begun(
            PreparedStatement statement,
            Tenure tenure,
            long batch,
            @Nullable LogRecord record,
            Answer<T> answer,
            T otherwise)
            throws SQLException {
        statement.setLong(1, tenure.epoch());
        statement.setString(2, tenure.owner());
        statement.setLong(3, batch);
        if (record != null) {
            RecordRow.bind(statement, 4, record);
        }
        try (ResultSet row = statement.executeQuery()) {
            if (row.next()) {
                T result = answer.of(row);
                forgetBatches(batch);
                return result;
            }
        }
        connection.rollback();
        return otherwise;
    }

    /** A range that meets no dead rows of earlier deletions, which a long report may keep. */
    private void forgetBatches(long batch) throws SQLException {
        if (batch > 0 && batch % BATCHES_KEPT == 0) {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM log_batch WHERE number >= ? AND number < ?")) {
                delete.setLong(1, batch - 2 * BATCHES_KEPT);
                delete.setLong(2, batch - BATCHES_KEPT);
                delete.executeUpdate();
            }
        }
    }

    @Override
    public List<Taken> reserve(List<LogRecord> records) {
        return step("reserving transaction ids", () -> {
            if (records.isEmpty()) {
                return List.of();
            }
            List<Object[]> columns = new ArrayList<>();
            columns.add(column(records, ClientTransaction::scope));
            columns.add(column(records, ClientTransaction::id));
            columns.add(column(records, ClientTransaction::digest));
            Long[] lsns = records.stream().map(LogRecord::lsn).toArray(Long[]::new);
            Set<Long> refused = new HashSet<>(List.of(lsns));
            String ids = " FROM unnest(?::text[], ?::text[], ?::text[], ?::bigint[]) AS n(scope, tx_id, digest, lsn)";
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO client_transaction (scope, tx_id, digest, lsn, created_at)"
                            + " SELECT n.scope, n.tx_id, n.digest, n.lsn, now()" + ids
                            + " ON CONFLICT DO NOTHING RETURNING lsn")) {
                bind(insert, columns, lsns);
                try (ResultSet rows = insert.executeQuery()) {
                    while (rows.next()) {
                        refused.remove(rows.getLong(1));
                    }
                }
            }
            return refused.isEmpty() ? List.of() : holders(ids, columns, lsns, refused);
        });
    }

    private List<Taken> holders(String ids, List<Object[]> columns, Long[] lsns, Set<Long> refused)
            throws SQLException {
        List<Taken> taken = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT n.lsn, t.lsn, t.digest" + ids + " JOIN client_transaction t USING (scope, tx_id)")) {
            bind(select, columns, lsns);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    if (refused.contains(rows.getLong(1))) {
                        taken.add(new Taken(rows.getLong(1), rows.getLong(2), rows.getString(3)));
                    }
                }
            }
        }
        return taken;
    }

    private static Object[] column(List<LogRecord> records, Function<ClientTransaction, String> field) {
        return records.stream()
                .map(entry -> field.apply(entry.content().transaction().orElseThrow()))
                .toArray();
    }

    private void bind(PreparedStatement statement, List<Object[]> columns, Long[] lsns) throws SQLException {
        int index = 1;
        for (Object[] column : columns) {
            statement.setArray(index++, connection.createArrayOf("text", column));
        }
        statement.setArray(index, connection.createArrayOf("bigint", lsns));
    }

    @Override
    public void insert(List<LogRecord> records) {
        step("copying records", () -> {
            if (!records.isEmpty()) {
                var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(CopyEncoder.COPY);
                CopyEncoder encoder = new CopyEncoder(copy);
                for (LogRecord entry : records) {
                    encoder.write(entry);
                }
                encoder.finish();
                copy.endCopy();
            }
            return null;
        });
    }

    @Override
    public void apply(List<? extends Change> changes) {
        step("applying changes", () -> {
            ChangeSql.apply(connection, changes);
            return null;
        });
    }

    @Override
    public void commit() {
        step("committing", () -> {
            connection.commit();
            return null;
        });
    }

    @Override
    public void rollback() {
        step("rolling back", () -> {
            connection.rollback();
            return null;
        });
    }

    @Override
    public void close() {
        closeQuietly(connection);
    }

    private static void closeQuietly(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("closing a writer session", e);
            }
        }
    }

    private static <T extends @Nullable Object> T step(String doing, Step<T> step) {
        try {
            return step.run();
        } catch (SQLException e) {
            throw StoreException.of(doing, e);
        }
    }
}
