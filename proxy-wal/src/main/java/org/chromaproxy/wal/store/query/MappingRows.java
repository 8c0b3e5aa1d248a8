package org.chromaproxy.wal.store.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.chromaproxy.wal.record.Mapping;
import org.jspecify.annotations.Nullable;

/** Puts mappings together from rows of one place each, which come in the order of the mappings' ids. */
final class MappingRows {
    static final String SQL =
            "SELECT c.public_id, c.tenant, c.database, c.name, c.created_lsn, c.deleted_lsn, c.created_at,"
                    + " p.instance, p.instance_id, p.state, p.reason"
                    + " FROM collection c LEFT JOIN collection_place p USING (public_id) ORDER BY c.public_id";

    /** A mapping with at most one of its places. */
    Mapping of(ResultSet row) throws SQLException {
        Map<String, Mapping.Place> places = new LinkedHashMap<>();
        String instance = row.getString(8);
        if (instance != null) {
            Mapping.PlaceState state = Mapping.PlaceState.valueOf(row.getString(10));
            places.put(
                    shared(instance),
                    new Mapping.Place(row.getObject(9, UUID.class), state, shared(row.getString(11))));
        }
        return new Mapping(
                row.getObject(1, UUID.class),
                new Mapping.Path(shared(row.getString(2)), shared(row.getString(3)), row.getString(4)),
                row.getLong(5),
                row.getLong(6),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                places);
    }

    private static final int MAX_SHARED = 10_000;

    private final Map<String, String> shared = new HashMap<>();
    private final Consumer<Mapping> consumer;
    private @Nullable Mapping open;

    MappingRows(Consumer<Mapping> consumer) {
        this.consumer = consumer;
    }

    /** Tenants, databases and instances are few, and each mapping is kept. */
    private String shared(String text) {
        if (shared.size() >= MAX_SHARED) {
            return shared.getOrDefault(text, text);
        }
        return shared.computeIfAbsent(text, same -> same);
    }

    void take(Mapping row) {
        Mapping present = open;
        if (present != null && present.publicId().equals(row.publicId())) {
            present.places().putAll(row.places());
        } else {
            end();
            open = row;
        }
    }

    /** No row follows. */
    void end() {
        if (open != null) {
            consumer.accept(open);
        }
    }
}
