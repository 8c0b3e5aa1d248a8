package org.chromaproxy.wal.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.wal.store.DatabaseTarget;

/** A PostgreSQL server that tests share; each test gets a database of its own. */
public abstract class PostgresServer {
    private final AtomicInteger databases = new AtomicInteger();

    /** JDBC URL of one of the server's databases, without credentials. */
    protected abstract String url(String database);

    protected abstract String user();

    protected abstract String password();

    /** Creates an empty database whose log has segments of {@code segmentLsns} positions. */
    public DatabaseTarget freshDatabase(long segmentLsns) {
        return freshDatabase(segmentLsns, user(), "");
    }

    /** The same, of another user's and with other options. */
    public DatabaseTarget freshDatabase(long segmentLsns, String owner, String options) {
        String name = "test_" + databases.incrementAndGet();
        execute("CREATE DATABASE " + name + " OWNER " + owner + " " + options);
        return new DatabaseTarget(url(name), owner, password(), DatabaseTarget.DEFAULT_SCHEMA, 2, segmentLsns);
    }

    /** As the server's superuser, in a database of its own. */
    public void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url("postgres"), user(), password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
