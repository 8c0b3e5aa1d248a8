package org.chromaproxy.wal.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.ds.PGSimpleDataSource;

/** The log's database: its pool and its schema. Thread-safe. */
public final class Database implements AutoCloseable {
    /** Work on one pooled connection. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        T on(Connection connection) throws SQLException;
    }

    /** The oldest that its developers still maintained when this was written, and that this was tried on. */
    private static final int OLDEST_MAJOR = 15;

    /** Of the newest migration in {@code db/migration}. */
    static final int SCHEMA_VERSION = 9;

    private static final Duration POOLED = Duration.ofSeconds(60);
    /** Of reads that lanes, clients and stand-bys wait for: a server that hangs must not hold them for long. */
    private static final Duration PROMPT = Duration.ofSeconds(8);
    /** Of reads over a whole log. */
    private static final Duration PATIENT = Duration.ofMinutes(10);

    /** The driver's own log, on standard error, repeats addresses with their passwords; its exceptions tell the same. */
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    static {
        DRIVER.setLevel(Level.OFF);
    }

    private final DatabaseTarget target;
    private final HikariDataSource pool;

    private Database(DatabaseTarget target, HikariDataSource pool) {
        this.target = target;
        this.pool = pool;
    }

    /**
     * Connects and brings the schema up to date.
     *
     * @throws StoreException if the server does not answer, or the schema cannot be migrated
     * @throws IllegalArgumentException if the driver cannot read the address; the message is without its options
     */
    public static Database open(DatabaseTarget target) {
        if (Driver.parseURL(target.url(), null) == null) {
            throw new IllegalArgumentException("the PostgreSQL driver cannot read the address " + target);
        }
        HikariConfig config = new HikariConfig();
        config.setPoolName("wal");
        config.setJdbcUrl(target.url());
        config.setUsername(target.user());
        config.setPassword(target.password());
        config.setSchema(target.schema());
        config.setMaximumPoolSize(target.poolSize());
        config.setMinimumIdle(1);
        config.setConnectionTimeout(3_000);
        config.addDataSourceProperty("ApplicationName", "chroma-proxy");
        config.addDataSourceProperty("connectTimeout", "2");
        config.addDataSourceProperty("socketTimeout", Long.toString(POOLED.toSeconds()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (PoolInitializationException e) {
            throw StoreException.lost("cannot connect to " + target, e);
        }
        try {
            if (!current(pool)) {
                requireNotNewer(pool);
                migrate(target);
            }
        } catch (FlywayException | SQLException e) {
            pool.close();
            throw StoreException.lost("cannot bring schema " + target.schema() + " up to date: " + e.getMessage(), e);
        }
        return new Database(target, pool);
    }

    /** Whether the schema is as this build leaves it: asking costs a millisecond, Flyway a quarter of a start. */
    private static boolean current(HikariDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            requireVersion(connection);
            return yes(statement, "SELECT to_regclass('schema_history') IS NOT NULL")
                    && yes(
                            statement,
                            "SELECT coalesce(bool_and(success) AND max(version::int) = " + SCHEMA_VERSION
                                    + ", false) FROM schema_history");
        }
    }

    /** An older build would overlook what a newer one has written. */
    private static void requireNotNewer(HikariDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            if (yes(statement, "SELECT to_regclass('schema_history') IS NOT NULL")
                    && yes(
                            statement,
                            "SELECT coalesce(max(version::int) > " + SCHEMA_VERSION + ", false) FROM schema_history")) {
                throw new SQLException("a newer build has brought it to a version above " + SCHEMA_VERSION
                        + ", which this one does not understand. Nothing was changed; start the newer build again");
            }
        }
    }

    private static boolean yes(Statement statement, String question) throws SQLException {
        try (ResultSet row = statement.executeQuery(question)) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static void requireVersion(Connection connection) throws SQLException {
        int major = connection.getMetaData().getDatabaseMajorVersion();
        if (major < OLDEST_MAJOR) {
            throw new SQLException("PostgreSQL " + major + " is too old: " + OLDEST_MAJOR + " or newer is needed");
        }
    }

    /** Over connections without a time-out: an index on a large log takes as long as it takes. */
    private static void migrate(DatabaseTarget target) {
        PGSimpleDataSource patient = new PGSimpleDataSource();
        patient.setURL(target.url());
        if (!target.user().isEmpty()) {
            patient.setUser(target.user());
            patient.setPassword(target.password());
        }
        patient.setApplicationName("chroma-proxy migration");
        patient.setConnectTimeout(2);
        patient.setTcpKeepAlive(true);
        Flyway.configure()
                .dataSource(patient)
                .defaultSchema(target.schema())
                .createSchemas(true)
                .table("schema_history")
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    /** Opens writer sessions on this database. */
    public LogSession.Connector sessions() {
        return () -> PgLogSession.open(target);
    }

    /**
     * Runs work on a pooled connection, each statement by itself.
     *
     * @param doing for the message of the exception
     * @throws StoreException if the pool has no connection within its time-out, or the work fails
     */
    public <T extends @Nullable Object> T call(String doing, Work<T> work) {
        return call(doing, POOLED, work);
    }

    /** The same for work that somebody waits for: the server has 8 s for each answer. */
    public <T extends @Nullable Object> T promptly(String doing, Work<T> work) {
        return call(doing, PROMPT, work);
    }

    private <T extends @Nullable Object> T call(String doing, Duration timeout, Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            if (!timeout.equals(POOLED)) {
                // The pool sets it back when the connection is returned.
                connection.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
            }
            return work.on(connection);
        } catch (SQLException e) {
            throw StoreException.of(doing, e);
        }
    }

    /** The same in one transaction, which may take minutes. */
    public <T extends @Nullable Object> T transaction(String doing, Work<T> work) {
        return call(doing, PATIENT, connection -> {
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        });
    }

    @Override
    public void close() {
        pool.close();
    }
}
