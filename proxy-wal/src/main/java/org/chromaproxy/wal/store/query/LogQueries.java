package org.chromaproxy.wal.store.query;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.StorableText;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.record.TransactionVeil;
import org.chromaproxy.wal.record.WriteRequest;
import org.chromaproxy.wal.store.Database;
import org.chromaproxy.wal.store.StoreException;
import org.postgresql.PGStatement;

/** Reads of the log and of what is durable beside it. Thread-safe; blocks; every method throws {@link StoreException}. */
public final class LogQueries {
    private static final byte[] NO_BODY = {};
    private static final int FETCH = 1_000;
    /** Of log_record r, as {@link #toRecord} takes them; the body's length follows. */
    static final String COLUMNS = "r.lsn, created_at, kind, lane, collection, tenant, database, name,"
            + " target, method, path, content_type, tx_scope, tx_id, tx_digest";
    /** Body left out: its length alone is read, which EXTERNAL storage answers without touching the body. */
    private static final String RECORD = "SELECT " + COLUMNS + ", octet_length(coalesce(x.body, r.body))"
            + " FROM log_record r LEFT JOIN record_resolution x ON x.lsn = r.lsn";

    private final Database database;

    public LogQueries(Database database) {
        this.database = database;
    }

    Database database() {
        return database;
    }

    /** The identity of this log, made with its schema. */
    public UUID logId() {
        return one("SELECT log_id FROM log_identity", row -> row.getObject(1, UUID.class));
    }

    /**
     * What transaction ids are made and read with. The first owner of a log that knows of it notes the log's end: up to there
     * every client was told plain ids.
     */
    public TransactionVeil veil() {
        return one(
                "UPDATE log_identity SET veiled_after = coalesce(veiled_after,"
                        + " greatest(low_water, (SELECT coalesce(max(lsn), 0) FROM log_record)))"
                        + " RETURNING log_id, transaction_key, veiled_after",
                row -> new TransactionVeil(row.getObject(1, UUID.class), row.getBytes(2), row.getLong(3)));
    }

    public long lowWater() {
        return one("SELECT low_water FROM log_identity", row -> row.getLong(1));
    }

    /** Up to {@code limit} records above {@code lsn}, in LSN order, without bodies. */
    public List<LogRecord> recordsAfter(long lsn, int limit) {
        return list(RECORD + " WHERE r.lsn > ? ORDER BY r.lsn LIMIT ?", LogQueries::toRecord, lsn, limit);
    }

    /** The newest records, newest first, without bodies. */
    public List<LogRecord> newestRecords(int limit) {
        return list(RECORD + " ORDER BY r.lsn DESC LIMIT ?", LogQueries::toRecord, limit);
    }

    /** One record without its body. */
    public Optional<LogRecord> record(long lsn) {
        return list(RECORD + " WHERE r.lsn = ?", LogQueries::toRecord, lsn).stream()
                .findFirst();
    }

    /**
     * What was logged under a client's transaction id, whether its record is still in the log or not.
     *
     * @param digest of its request
     */
    public record Holder(long lsn, String digest) {}

    /** LSN reserved for a client's transaction id. */
    public Optional<Long> lsnOf(String scope, String transactionId) {
        return holderOf(scope, transactionId).map(Holder::lsn);
    }

    /** The same with the request's digest. */
    public Optional<Holder> holderOf(String scope, String transactionId) {
        if (!StorableText.isStorable(scope) || !StorableText.isStorable(transactionId)) {
            return Optional.empty();
        }
        return list(
                        "SELECT lsn, digest FROM client_transaction WHERE scope = ? AND tx_id = ?",
                        row -> new Holder(row.getLong(1), row.getString(2)),
                        scope,
                        transactionId)
                .stream()
                .findFirst();
    }

    /** The sizes of the log's files: reads no record. */
    public LogSpace space() {
        return database.promptly("reading the log's size", LogSpace::read);
    }

    /** How many records lie above {@code lsn}, counted up to {@code atMost}. */
    public long countAfter(long lsn, long atMost) {
        return list(
                        "SELECT count(*) FROM (SELECT FROM log_record WHERE lsn > ? LIMIT ?) x",
                        row -> row.getLong(1),
                        lsn,
                        atMost)
                .getFirst();
    }

    /** LSN → body, or what it was resolved to. Records that are not in the log are missing from the answer. The caller bounds the bytes. */
    public Map<Long, byte[]> bodies(Collection<Long> lsns) {
        return database.promptly("reading bodies", connection -> {
            Map<Long, byte[]> bodies = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement("SELECT r.lsn, coalesce(x.body, r.body)"
                    + " FROM log_record r LEFT JOIN record_resolution x ON x.lsn = r.lsn"
                    + " WHERE r.lsn = ANY (?::bigint[])")) {
                binary(select);
                select.setArray(1, connection.createArrayOf("bigint", lsns.toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        bodies.put(rows.getLong(1), rows.getBytes(2));
                    }
                }
            }
            return bodies;
        });
    }

    /** Of a table of lanes: the catalog's, and those of collections with a mapping, tombstones included. */
    private static String known(String columns, String table) {
        return "SELECT " + columns + " FROM " + table + " WHERE lane = '" + Subject.CATALOG + "' UNION ALL SELECT "
                + columns + " FROM " + table + " JOIN collection ON public_id = lane";
    }

    /** Passes on the cursors of the catalog and of every collection with a mapping; those of deleted ones may be many. */
    public void forEachCursor(Consumer<Change.Cursor> consumer) {
        stream(known("lane, instance, lsn", "lane_cursor"), LogQueries::toCursor, consumer);
    }

    /** All cursors, those of deleted collections included, however many. */
    public List<Change.Cursor> cursors() {
        return list("SELECT lane, instance, lsn FROM lane_cursor", LogQueries::toCursor);
    }

    /** Instance → cursor of one lane. */
    public List<Change.Cursor> cursors(UUID lane) {
        return list("SELECT lane, instance, lsn FROM lane_cursor WHERE lane = ?", LogQueries::toCursor, lane);
    }

    private static Change.Cursor toCursor(ResultSet row) throws SQLException {
        return new Change.Cursor(row.getObject(1, UUID.class), row.getString(2), row.getLong(3));
    }

    /**
     * Passes on the records above {@code lsn} that no lane will ever decide: of collections without a mapping, with no outcome and no
     * cursor that has passed them. In no order.
     */
    public void forEachLeftBehind(long lsn, Consumer<Long> consumer) {
        stream(
                "SELECT r.lsn FROM log_record r WHERE r.lsn > ? AND r.kind < ? AND r.kind <> ?"
                        + " AND NOT EXISTS (SELECT FROM collection c WHERE c.public_id = r.lane)"
                        + " AND NOT EXISTS (SELECT FROM record_outcome o WHERE o.lsn = r.lsn AND o.state <> ?)"
                        + " AND NOT EXISTS (SELECT FROM lane_cursor c WHERE c.lane = r.lane AND c.lsn >= r.lsn)",
                row -> row.getLong(1),
                consumer,
                lsn,
                OpKind.CREATE_COLLECTION.code(),
                OpKind.REPAIR.code(),
                TransactionState.PENDING_RECOVERY.name());
    }

    /** Passes on the leaders of the catalog and of every collection with a mapping. */
    public void forEachLeader(Consumer<Change.Lead> consumer) {
        stream(known("lane, instance, term, tellers", "lane_leader"), LogQueries::toLead, consumer);
    }

    private static Change.Lead toLead(ResultSet row) throws SQLException {
        return new Change.Lead(
                row.getObject(1, UUID.class), row.getString(2), row.getLong(3), Change.Teller.parse(row.getString(4)));
    }

    /** All leaders, those of deleted collections included, however many. */
    public List<Change.Lead> leaders() {
        return list("SELECT lane, instance, term, tellers FROM lane_leader", LogQueries::toLead);
    }

    public List<Change.Witness> witnesses() {
        return list(
                "SELECT instance, incarnation, lsn FROM witness",
                row -> new Change.Witness(row.getString(1), row.getString(2), row.getLong(3)));
    }

    private static final String OUTCOME = "SELECT lsn, state, status, reason, response FROM record_outcome";

    /** Up to {@code limit} outcomes above {@code lsn}, in LSN order. */
    public List<Change.Outcome> outcomesAfter(long lsn, int limit) {
        return list(OUTCOME + " WHERE lsn > ? ORDER BY lsn LIMIT ?", LogQueries::toOutcome, lsn, limit);
    }

    public Optional<Change.Outcome> outcome(long lsn) {
        return list(OUTCOME + " WHERE lsn = ?", LogQueries::toOutcome, lsn).stream()
                .findFirst();
    }

    /** The newest outcomes of one state, newest first. */
    public List<Change.Outcome> outcomes(TransactionState state, int limit) {
        return list(OUTCOME + " WHERE state = ? ORDER BY lsn DESC LIMIT ?", LogQueries::toOutcome, state.name(), limit);
    }

    private static Change.Outcome toOutcome(ResultSet row) throws SQLException {
        return toOutcome(row, 1);
    }

    /** @param column of the LSN; state, status, reason and response follow */
    static Change.Outcome toOutcome(ResultSet row, int column) throws SQLException {
        return new Change.Outcome(
                row.getLong(column),
                TransactionState.valueOf(row.getString(column + 1)),
                row.getInt(column + 2),
                row.getString(column + 3),
                row.getBytes(column + 4));
    }

    /** Passes on all mappings, tombstones included, read at one moment. */
    public void forEachMapping(Consumer<Mapping> consumer) {
        MappingRows rows = new MappingRows(consumer);
        stream(MappingRows.SQL, rows::of, rows::take);
        rows.end();
    }

    /** Passes on every collection whose records never had array-valued metadata. */
    public void forEachFlat(Consumer<UUID> consumer) {
        stream("SELECT public_id FROM collection_flat", row -> row.getObject(1, UUID.class), consumer);
    }

    /** Names spelled like an id that were given up in the last day, with the seconds that are left of it. */
    public Map<Mapping.Path, Long> retiredNames() {
        Map<Mapping.Path, Long> names = new HashMap<>();
        list(
                "SELECT tenant, database, name,"
                        + " extract(epoch FROM retired_at + interval '24 hours' - clock_timestamp())::bigint"
                        + " FROM retired_name WHERE retired_at > clock_timestamp() - interval '24 hours'",
                row -> names.put(
                        new Mapping.Path(row.getString(1), row.getString(2), row.getString(3)), row.getLong(4)));
        return names;
    }

    /** What instances still hold of deleted collections. */
    public List<Change.Purge> purges() {
        return list(
                "SELECT instance, instance_id, tenant, database, name FROM collection_purge",
                row -> new Change.Purge(
                        row.getString(1),
                        row.getObject(2, UUID.class),
                        new Mapping.Path(row.getString(3), row.getString(4), row.getString(5))));
    }

    public List<Mapping> mappings() {
        List<Mapping> all = new ArrayList<>();
        forEachMapping(all::add);
        return all;
    }

    /** Status → number of transactions since {@code hours} hours ago, as the operators' view derives them. */
    public Map<TransactionState, Long> counts(int hours) {
        Map<TransactionState, Long> counts = new HashMap<>();
        list(
                "SELECT status, count(*) FROM emergency_transaction_log"
                        + " WHERE created_at > now() - make_interval(hours => ?) GROUP BY status",
                row -> counts.put(TransactionState.valueOf(row.getString(1)), row.getLong(2)),
                hours);
        return counts;
    }

    private static LogRecord toRecord(ResultSet row) throws SQLException {
        return toRecord(row, NO_BODY);
    }

    static LogRecord toRecord(ResultSet row, byte[] body) throws SQLException {
        Subject subject = new Subject(
                row.getObject(4, UUID.class),
                row.getObject(5, UUID.class),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9));
        WriteRequest request = new WriteRequest(row.getString(10), row.getString(11), row.getString(12), body);
        String transactionId = row.getString(14);
        Optional<ClientTransaction> transaction = transactionId == null
                ? Optional.empty()
                : Optional.of(new ClientTransaction(row.getString(13), transactionId, row.getString(15)));
        return new LogRecord(
                row.getLong(1),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                new NewRecord(OpKind.ofCode(row.getInt(3)), subject, request, transaction),
                row.getInt(16));
    }

    /** Makes a value of a row. */
    interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private <T> T one(String sql, Row<T> mapper) {
        return list(sql, mapper).getFirst();
    }

    <T> List<T> list(String sql, Row<T> mapper, Object... parameters) {
        return database.call("reading the log", connection -> list(connection, sql, mapper, parameters));
    }

    /** Passes rows on as they come: never more than {@value #FETCH} of them are in memory. */
    <T> void stream(String sql, Row<T> mapper, Consumer<T> consumer, Object... parameters) {
        // The driver streams only inside a transaction.
        database.transaction("reading the log", connection -> {
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setFetchSize(FETCH);
                bind(select, parameters);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        consumer.accept(mapper.of(rows));
                    }
                }
            }
            return 0;
        });
    }

    /** Bodies come as bytes: as text, which is the driver's first choice, they need three times their size in memory. */
    static void binary(PreparedStatement statement) throws SQLException {
        statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
    }

    private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    static <T> List<T> list(Connection connection, String sql, Row<T> mapper, Object... parameters)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            binary(select);
            bind(select, parameters);
            List<T> result = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    result.add(mapper.of(rows));
                }
            }
            return result;
        }
    }
}
