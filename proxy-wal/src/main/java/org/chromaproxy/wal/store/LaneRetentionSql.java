package org.chromaproxy.wal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * Cursors and leaders of collections that have no mapping: they were deleted everywhere. Each call looks at a part of the
 * tables and the next one goes on behind it, so that neither a million rows nor an index of them are gone through at once.
 * Thread-safe; blocks and throws {@link StoreException}.
 */
final class LaneRetentionSql {
    /** Rows that one statement looks at, so that none holds locks for long. */
    private static final int ROWS = 5_000;
    /** Statements of one call. */
    private static final int SLICES = 4;

    private static final UUID FIRST = new UUID(0, 0);
    private static final UUID LAST = new UUID(-1, -1);

    /** One table, and up to which lane it was looked at. */
    private static final class Table {
        private final String name;
        private final String condition;
        /** The nil lane is the catalog's, which has no mapping and is never forgotten: it is not behind itself. */
        private UUID after = FIRST;

        Table(String name, String condition) {
            this.name = name;
            this.condition = condition;
        }
    }

    /**
     * What a cursor says is of use while the log holds a record at or below it: operators are told that it was executed, and a
     * collection that is taken over again under its old id must not be sent it once more. A leader is nobody's any more.
     */
    private final List<Table> tables = List.of(
            new Table("lane_cursor", " AND t.lsn < (SELECT min(lsn) FROM log_record)"), new Table("lane_leader", ""));

    private final Database database;

    LaneRetentionSql(Database database) {
        this.database = database;
    }

    /** Deletes what nobody needs of the next part. Returns how many rows. */
    synchronized int deleteForgotten() {
        int deleted = 0;
        for (Table table : tables) {
            int slices = 0;
            do {
                deleted += database.call("forgetting lanes", connection -> slice(connection, table));
                slices++;
            } while (slices < SLICES && !table.after.equals(FIRST));
        }
        return deleted;
    }

    private static int slice(Connection connection, Table table) throws SQLException {
        UUID to = lastOfSlice(connection, table);
        // A row that the writer has just now is passed over, and met again: so this never waits for the writer.
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM " + table.name
                + " WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM " + table.name + " t WHERE t.lane > ? AND t.lane <= ?"
                + table.condition + " AND NOT EXISTS (SELECT FROM collection c WHERE c.public_id = t.lane)"
                + " FOR UPDATE OF t SKIP LOCKED))")) {
            delete.setObject(1, table.after);
            delete.setObject(2, to);
            int deleted = delete.executeUpdate();
            table.after = to.equals(LAST) ? FIRST : to;
            return deleted;
        }
    }

    private static UUID lastOfSlice(Connection connection, Table table) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT lane FROM " + table.name + " WHERE lane > ? ORDER BY lane OFFSET " + (ROWS - 1) + " LIMIT 1")) {
            select.setObject(1, table.after);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getObject(1, UUID.class) : LAST;
            }
        }
    }
}
