package org.chromaproxy.bench.process;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.chromaproxy.bench.stub.StubMappings;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.chromaproxy.wal.store.DatabaseTarget;

/** A PostgreSQL of our own, with the settings a proxy's embedded one has: a database for each proxy under test. */
public final class LogDatabase implements AutoCloseable {
    private static final List<String> SETTINGS = List.of(
            "server_version",
            "fsync",
            "synchronous_commit",
            "full_page_writes",
            "wal_sync_method",
            "min_wal_size",
            "max_wal_size");
    /** As many as the server's max_wal_size of 1 GB holds. */
    private static final int WAL_FILES = 64;

    private final EmbeddedPostgres server;
    private int databases;

    private LogDatabase(EmbeddedPostgres server) {
        this.server = server;
    }

    public static LogDatabase start(Path home) {
        LogDatabase database = new LogDatabase(EmbeddedPostgres.start(home));
        database.age();
        return database;
    }

    /**
     * Brings a new server where others are after their first checkpoints: it then has the files of its write-ahead log,
     * and uses them again. Until then it fills one with zeros, 16 MB, every few thousand writes, and commits wait.
     */
    private void age() {
        for (int i = 0; i < WAL_FILES; i++) {
            execute("SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()");
        }
        execute("CHECKPOINT");
    }

    private record Login(String user, String password, String database) {}

    /** Makes an empty database. */
    private Login fresh() {
        databases++;
        String name = "bench_" + ProcessHandle.current().pid() + "_" + databases;
        execute("CREATE DATABASE " + name);
        // jdbc:postgresql://host:port/postgres?user=U&password=P
        URI jdbc = URI.create(server.jdbcUrl().substring("jdbc:".length()));
        String[] pairs = jdbc.getRawQuery().split("&", -1);
        return new Login(pairs[0].substring("user=".length()), pairs[1].substring("password=".length()), name);
    }

    /** Makes an empty database; its address as the proxy takes it, with user and password: not for printing. */
    public String freshDatabase() {
        return address(fresh());
    }

    /**
     * Makes a database of a log that maps the collections which two stubs, of the numbers 0 and 1, have
     * from the start; the public ids are those of number 2.
     */
    public String freshDatabase(int mappings) {
        Login login = fresh();
        DatabaseTarget target = target(login);
        // Opening it makes the tables.
        Wal.open(WalConfig.of(target)).close();
        try (Connection connection = DriverManager.getConnection(url(login), login.user(), login.password());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET search_path TO " + target.schema());
            for (String sql : StubMappings.statements(mappings)) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new BenchException("the mappings cannot be filled in", e);
        }
        return address(login);
    }

    private String address(Login login) {
        return "postgresql://" + login.user() + ":" + login.password() + "@127.0.0.1:" + server.port() + "/"
                + login.database();
    }

    /** Makes an empty database; its address as the log takes it. */
    public DatabaseTarget freshTarget() {
        return target(fresh());
    }

    private DatabaseTarget target(Login login) {
        return DatabaseTarget.of(url(login), login.user(), login.password());
    }

    private String url(Login login) {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + login.database();
    }

    /** What matters to durability, as the server has it. */
    public List<String> settings() {
        List<String> lines = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            for (String name : SETTINGS) {
                try (ResultSet row = statement.executeQuery("SHOW " + name)) {
                    row.next();
                    lines.add(name + " = " + row.getString(1));
                }
            }
        } catch (SQLException e) {
            throw new BenchException("PostgreSQL does not say how it is set", e);
        }
        return lines;
    }

    /** The processes that serve its connections, and its own behind them. */
    public LongStream pids() {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")) {
            LongStream.Builder pids = LongStream.builder();
            while (row.next()) {
                pids.add(row.getLong(1));
            }
            return pids.build();
        } catch (SQLException e) {
            throw new BenchException("PostgreSQL does not name its processes", e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new BenchException("PostgreSQL refuses", e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
