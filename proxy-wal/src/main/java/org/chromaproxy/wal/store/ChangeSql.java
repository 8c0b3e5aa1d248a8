package org.chromaproxy.wal.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.StorableText;
import org.chromaproxy.wal.record.TransactionState;

/**
 * Changes as SQL. Within one transaction their order matters only where two touch the same row, so all but the mappings
 * are reduced to the last (cursors: the highest) per row and written one statement per kind. Mappings keep their order,
 * since a path must be free again before another collection may take it.
 */
final class ChangeSql {
    private record LaneOn(UUID lane, String instance) {}

    private static final String CURSORS = "INSERT INTO lane_cursor AS t (lane, instance, lsn)"
            + " SELECT * FROM unnest(?::uuid[], ?::text[], ?::bigint[])"
            + " ON CONFLICT (lane, instance) DO UPDATE SET lsn = excluded.lsn WHERE t.lsn < excluded.lsn";
    private static final String OUTCOMES = "INSERT INTO record_outcome AS t (lsn, state, status, reason, response)"
            + " SELECT * FROM unnest(?::bigint[], ?::text[], ?::integer[], ?::text[], ?::bytea[])"
            + " ON CONFLICT (lsn) DO UPDATE SET state = excluded.state, status = excluded.status,"
            + " reason = excluded.reason, response = excluded.response, updated_at = clock_timestamp()"
            // "Not yet" may be said late; it never takes back what became of the record.
            + " WHERE excluded.state <> 'PENDING_RECOVERY' OR t.state = 'PENDING_RECOVERY'";
    private static final String RESOLUTIONS = "INSERT INTO record_resolution (lsn, body)"
            + " SELECT * FROM unnest(?::bigint[], ?::bytea[])"
            // Some instance may have executed the first.
            + " ON CONFLICT (lsn) DO NOTHING";
    private static final String LEADERS = "INSERT INTO lane_leader AS t (lane, instance, term, tellers)"
            + " SELECT * FROM unnest(?::uuid[], ?::text[], ?::bigint[], ?::text[])"
            + " ON CONFLICT (lane) DO UPDATE SET instance = excluded.instance, term = excluded.term,"
            + " tellers = excluded.tellers"
            + " WHERE t.term <= excluded.term";
    private static final String WITNESSES = "INSERT INTO witness (instance, incarnation, lsn)"
            + " SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[])"
            + " ON CONFLICT (instance) DO UPDATE SET incarnation = excluded.incarnation, lsn = excluded.lsn";
    private static final String PUT_MAPPING = "WITH kept AS (INSERT INTO collection"
            + " (public_id, tenant, database, name, created_lsn, deleted_lsn, created_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO UPDATE SET tenant = excluded.tenant,"
            + " database = excluded.database, name = excluded.name, created_lsn = excluded.created_lsn,"
            + " deleted_lsn = excluded.deleted_lsn, updated_at = clock_timestamp()),"
            + " gone AS (DELETE FROM collection_place WHERE public_id = ? AND instance <> ALL (?::text[]))"
            + " INSERT INTO collection_place (public_id, instance, instance_id, state, reason)"
            + " SELECT ?, * FROM unnest(?::text[], ?::uuid[], ?::text[], ?::text[])"
            + " ON CONFLICT (public_id, instance) DO UPDATE SET instance_id = excluded.instance_id,"
            + " state = excluded.state, reason = excluded.reason";
    private static final String DROP_MAPPING = "WITH gone AS (DELETE FROM collection_place WHERE public_id = ?),"
            + " flat AS (DELETE FROM collection_flat WHERE public_id = ?),"
            // Its cursors stay until retention drops them: they tell what became of its records in the log.
            + " leader AS (DELETE FROM lane_leader WHERE lane = ?)"
            + " DELETE FROM collection WHERE public_id = ?";
    private static final String PUT_FLAT =
            "INSERT INTO collection_flat (public_id) VALUES (?) ON CONFLICT (public_id) DO NOTHING";
    private static final String DROP_FLAT = "DELETE FROM collection_flat WHERE public_id = ?";
    private static final String PUT_PURGE =
            "INSERT INTO collection_purge (instance, instance_id, tenant, database, name)"
                    + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (instance, instance_id) DO NOTHING";
    private static final String FORGET_RETIRED =
            "DELETE FROM retired_name WHERE retired_at < clock_timestamp() - interval '25 hours'";
    private static final String PUT_RETIRED = "INSERT INTO retired_name (tenant, database, name) VALUES (?, ?, ?)"
            + " ON CONFLICT (tenant, database, name) DO UPDATE SET retired_at = excluded.retired_at";
    private static final String DROP_PURGE = "DELETE FROM collection_purge WHERE instance = ? AND instance_id = ?";

    private final Connection connection;
    private final Map<LaneOn, Change.Cursor> cursors = new LinkedHashMap<>();
    private final Map<Long, Change.Outcome> outcomes = new LinkedHashMap<>();
    private final Map<Long, Change.Resolution> resolutions = new LinkedHashMap<>();
    private final Map<UUID, Change.Lead> leaders = new LinkedHashMap<>();
    private final Map<String, Change.Witness> witnesses = new LinkedHashMap<>();

    private ChangeSql(Connection connection) {
        this.connection = connection;
    }

    static void apply(Connection connection, List<? extends Change> changes) throws SQLException {
        ChangeSql sql = new ChangeSql(connection);
        for (Change change : changes) {
            sql.take(change);
        }
        sql.flush();
    }

    private void take(Change change) throws SQLException {
        switch (change) {
            case Change.Cursor cursor ->
                cursors.merge(
                        new LaneOn(cursor.lane(), cursor.instance()), cursor, (a, b) -> a.lsn() >= b.lsn() ? a : b);
            case Change.Outcome outcome ->
                outcomes.merge(
                        outcome.lsn(), outcome, (a, b) -> b.state() == TransactionState.PENDING_RECOVERY ? a : b);
            case Change.Resolution resolution -> resolutions.putIfAbsent(resolution.lsn(), resolution);
            case Change.Lead lead -> leaders.merge(lead.lane(), lead, (a, b) -> a.term() > b.term() ? a : b);
            case Change.Witness witness -> witnesses.put(witness.instance(), witness);
            case Change.PutMapping put -> put(put.mapping());
            case Change.DropMapping drop -> drop(drop.publicId());
            case Change.Flat flat -> execute(flat.flat() ? PUT_FLAT : DROP_FLAT, flat.publicId());
            case Change.Purge purge ->
                execute(
                        PUT_PURGE,
                        purge.instance(),
                        purge.instanceId(),
                        purge.hidden().tenant(),
                        purge.hidden().database(),
                        purge.hidden().name());
            case Change.RetiredName retired -> {
                execute(FORGET_RETIRED);
                execute(
                        PUT_RETIRED,
                        retired.path().tenant(),
                        retired.path().database(),
                        retired.path().name());
            }
            case Change.Purged purged -> execute(DROP_PURGE, purged.instance(), purged.instanceId());
        }
    }

    private void flush() throws SQLException {
        rows(
                OUTCOMES,
                outcomes.values(),
                new Column<>("bigint", Change.Outcome::lsn),
                new Column<>("text", outcome -> outcome.state().name()),
                new Column<>("integer", Change.Outcome::status),
                // Reasons quote what instances answered.
                new Column<>("text", outcome -> StorableText.replaceUnstorable(outcome.reason())),
                new Column<>("bytea", Change.Outcome::response));
        rows(
                RESOLUTIONS,
                resolutions.values(),
                new Column<>("bigint", Change.Resolution::lsn),
                new Column<>("bytea", Change.Resolution::body));
        rows(
                LEADERS,
                leaders.values(),
                new Column<>("uuid", Change.Lead::lane),
                new Column<>("text", Change.Lead::instance),
                new Column<>("bigint", Change.Lead::term),
                new Column<>("text", lead -> Change.Teller.format(lead.tellers())));
        rows(
                WITNESSES,
                witnesses.values(),
                new Column<>("text", Change.Witness::instance),
                new Column<>("text", Change.Witness::incarnation),
                new Column<>("bigint", Change.Witness::lsn));
        rows(
                CURSORS,
                cursors.values(),
                new Column<>("uuid", Change.Cursor::lane),
                new Column<>("text", Change.Cursor::instance),
                new Column<>("bigint", Change.Cursor::lsn));
    }

    private record Column<T>(String type, Function<T, Object> value) {}

    @SafeVarargs
    private <T> void rows(String sql, Collection<T> values, Column<T>... columns) throws SQLException {
        if (values.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < columns.length; i++) {
                statement.setArray(i + 1, array(columns[i], values));
            }
            statement.executeUpdate();
        }
    }

    private <T> Array array(Column<T> column, Collection<T> values) throws SQLException {
        Object[] elements = column.type().equals("bytea") ? new byte[values.size()][] : new Object[values.size()];
        int i = 0;
        for (T value : values) {
            elements[i++] = column.value().apply(value);
        }
        return connection.createArrayOf(column.type(), elements);
    }

    private void put(Mapping mapping) throws SQLException {
        Collection<Map.Entry<String, Mapping.Place>> places = mapping.places().entrySet();
        Array instances = array(new Column<>("text", Map.Entry::getKey), places);
        try (PreparedStatement statement = connection.prepareStatement(PUT_MAPPING)) {
            statement.setObject(1, mapping.publicId());
            statement.setString(2, mapping.path().tenant());
            statement.setString(3, mapping.path().database());
            statement.setString(4, mapping.path().name());
            statement.setLong(5, mapping.createdLsn());
            statement.setLong(6, mapping.deletedLsn());
            statement.setObject(7, mapping.createdAt().atOffset(ZoneOffset.UTC));
            statement.setObject(8, mapping.publicId());
            statement.setArray(9, instances);
            statement.setObject(10, mapping.publicId());
            statement.setArray(11, instances);
            statement.setArray(
                    12, array(new Column<>("uuid", place -> place.getValue().instanceId()), places));
            statement.setArray(
                    13,
                    array(new Column<>("text", place -> place.getValue().state().name()), places));
            statement.setArray(
                    14,
                    array(
                            new Column<>(
                                    "text",
                                    place -> StorableText.replaceUnstorable(
                                            place.getValue().reason())),
                            places));
            statement.executeUpdate();
        }
    }

    private void drop(UUID publicId) throws SQLException {
        leaders.remove(publicId);
        execute(DROP_MAPPING, publicId, publicId, publicId, publicId);
    }

    /** At once, in the order of the changes. */
    private void execute(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
