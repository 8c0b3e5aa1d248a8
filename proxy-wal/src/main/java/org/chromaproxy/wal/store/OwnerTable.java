package org.chromaproxy.wal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.chromaproxy.wal.store.LogSession.Owner;

/** The owner row of the log, for those who do not own it (yet). Thread-safe; every method throws {@link StoreException}. */
public final class OwnerTable {
    private final Database database;

    public OwnerTable(Database database) {
        this.database = database;
    }

    public Owner read() {
        return database.promptly("reading the owner", OwnerTable::read);
    }

    static Owner read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT epoch, owner, released, heartbeat FROM log_owner WHERE id = 1")) {
            if (!row.next()) {
                throw StoreException.lost("log_owner has no row: it was deleted by hand");
            }
            return new Owner(
                    row.getLong(1),
                    row.getString(2),
                    row.getBoolean(3),
                    row.getObject(4, OffsetDateTime.class).toInstant());
        }
    }

    /**
     * Takes the log if its owner row is still as it was seen.
     *
     * @param owner names no process but this one
     */
    public Optional<Tenure> take(Owner seen, String owner) {
        Tenure tenure = new Tenure(seen, owner);
        boolean taken = database.promptly("taking the log", connection -> take(connection, tenure));
        return taken ? Optional.of(tenure) : Optional.empty();
    }

    static boolean take(Connection connection, Tenure tenure) throws SQLException {
        Owner seen = tenure.from();
        try (PreparedStatement update = connection.prepareStatement("UPDATE log_owner SET epoch = epoch + 1,"
                + " owner = ?, released = false, heartbeat = clock_timestamp()"
                + " WHERE id = 1 AND epoch = ? AND owner = ? AND released = ? AND heartbeat = ?")) {
            update.setString(1, tenure.owner());
            update.setLong(2, seen.epoch());
            update.setString(3, seen.owner());
            update.setBoolean(4, seen.released());
            update.setObject(5, seen.heartbeat().atOffset(ZoneOffset.UTC));
            return update.executeUpdate() == 1;
        }
    }

    /** Lets the next proxy take the log at once. No effect if the log has another owner. */
    public void release(Tenure tenure) {
        database.promptly("releasing the log", connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE log_owner SET released = true WHERE id = 1 AND epoch = ?" + " AND owner = ?")) {
                update.setLong(1, tenure.epoch());
                update.setString(2, tenure.owner());
                return update.executeUpdate();
            }
        });
    }
}
