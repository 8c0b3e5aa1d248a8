package org.chromaproxy.wal.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.chromaproxy.wal.store.DatabaseTarget;

/**
 * A log's database as it was at one moment. Putting it in place of the one in use is what a fail-over to a standby looks
 * like that had not received the last commits.
 */
public final class Snapshot {
    private final DatabaseTarget target;
    private final String name;

    private Snapshot(DatabaseTarget target) {
        this.target = target;
        this.name = target.url().substring(target.url().lastIndexOf('/') + 1);
    }

    /** Copies the database, which ends every connection to it. */
    public static Snapshot of(DatabaseTarget target) {
        Snapshot snapshot = new Snapshot(target);
        snapshot.closed("CREATE DATABASE " + snapshot.name + "_then TEMPLATE " + snapshot.name);
        return snapshot;
    }

    /** Everybody who connects from now on finds the database as it was. */
    public void promote() {
        closed(
                "ALTER DATABASE " + name + " RENAME TO " + name + "_lost",
                "ALTER DATABASE " + name + "_then RENAME TO " + name);
    }

    private void closed(String... statements) {
        String server = target.url().substring(0, target.url().lastIndexOf('/') + 1) + "postgres";
        try (Connection connection = DriverManager.getConnection(server, target.user(), target.password());
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
            statement.execute(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '" + name + "'");
            for (String one : statements) {
                statement.execute(one);
            }
            statement.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
