package org.chromaproxy.acceptance.harness;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.local.EmbeddedPostgres;

/** A real PostgreSQL for the proxy's log, which outlives the proxy's crashes. */
public final class LogDatabase implements AutoCloseable {
    private static final Pattern PASSWORD = Pattern.compile("[?&]password=([^&]+)");

    private final EmbeddedPostgres postgres;

    private LogDatabase(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    static LogDatabase start(Path directory) {
        return new LogDatabase(EmbeddedPostgres.start(directory));
    }

    /** In the form of {@code DATABASE_URL}. */
    URI url() {
        Matcher password = PASSWORD.matcher(postgres.jdbcUrl());
        if (!password.find()) {
            throw new AssertionError("no password in the address of the embedded PostgreSQL");
        }
        return URI.create("postgresql://postgres:" + password.group(1) + "@127.0.0.1:" + postgres.port() + "/postgres");
    }

    /** As after a week in which everything was applied everywhere: no record is left. Not while a proxy runs on it. */
    public void dropAll() {
        execute("UPDATE chroma_proxy.log_identity" + " SET low_water = (SELECT max(lsn) FROM chroma_proxy.log_record)");
        execute("DELETE FROM chroma_proxy.log_record");
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    @Override
    public void close() {
        postgres.close();
    }
}
