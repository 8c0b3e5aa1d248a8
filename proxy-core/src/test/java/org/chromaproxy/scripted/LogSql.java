package org.chromaproxy.scripted;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.wal.store.DatabaseTarget;

/** A log's database, looked at from outside of the proxy. One PostgreSQL per JVM, which ends with it. */
final class LogSql {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private static final class Server {
        static final EmbeddedPostgres SHARED =
                EmbeddedPostgres.start(Path.of("target", "scripted-postgres-" + Integer.getInteger("test.fork", 1)));
    }

    private final String name;

    private LogSql(String name) {
        this.name = name;
    }

    /** An empty database of its own. */
    static LogSql fresh() throws SQLException {
        String name = "scripted_" + DATABASES.incrementAndGet();
        // The server's folder outlives the JVM.
        for (String old : List.of(name, name + "_then", name + "_lost")) {
            server("DROP DATABASE IF EXISTS " + old + " WITH (FORCE)");
        }
        server("CREATE DATABASE " + name);
        return new LogSql(name);
    }

    private String url() {
        return Server.SHARED.jdbcUrl().replace("/postgres?", "/" + name + "?");
    }

    DatabaseTarget target() {
        return new DatabaseTarget(url(), "", "", DatabaseTarget.DEFAULT_SCHEMA, 2, DatabaseTarget.DEFAULT_SEGMENT);
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(url());
        connection.setSchema(DatabaseTarget.DEFAULT_SCHEMA);
        return connection;
    }

    /** The first column of every row, as text. */
    List<String> column(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
            return values;
        }
    }

    /** {@link #column} for callbacks that cannot throw. */
    List<String> look(String sql) {
        try {
            return column(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does what no proxy is told of. */
    void change(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Cuts everybody off and lets nobody in until closed. */
    Hold away() throws SQLException {
        server(
                "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false",
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '" + name + "'");
        return () -> server("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    }

    /** Closed, it puts the log back to what it is now: a fail-over to a standby that lacks the last commits. */
    Hold standby() throws SQLException {
        try (Hold _ = away()) {
            server("CREATE DATABASE " + name + "_then TEMPLATE " + name);
        }
        return () -> {
            try (Hold _ = away()) {
                server(
                        "ALTER DATABASE " + name + " RENAME TO " + name + "_lost",
                        "ALTER DATABASE " + name + "_then RENAME TO " + name);
            }
        };
    }

    private static void server(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(Server.SHARED.jdbcUrl());
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    /** Keeps everybody out of a table until closed. */
    Hold hold(String table) throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        }
        return connection::close;
    }

    /** Whether somebody waits for a lock. */
    boolean somebodyWaits() {
        return !look("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock'")
                .isEmpty();
    }

    /** A lock that ends when closed. */
    @FunctionalInterface
    interface Hold extends AutoCloseable {
        @Override
        void close() throws SQLException;
    }
}
