package org.chromaproxy.acceptance.harness;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
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

    /**
     * Restores a dump into the empty database, and moves all its times so that its last record was written just now: what
     * depends on age (a client's transaction id is kept 24 h) is as it was.
     */
    public void restore(String dump) {
        execute(dump);
        execute("DO $$ DECLARE age interval; c record; BEGIN SELECT clock_timestamp() - max(created_at) INTO age FROM"
                + " chroma_proxy.log_record; FOR c IN SELECT table_name, column_name FROM information_schema.columns JOIN"
                + " information_schema.tables USING (table_schema, table_name) WHERE table_schema = 'chroma_proxy' AND"
                + " table_type = 'BASE TABLE' AND data_type = 'timestamp with time zone' AND table_name NOT LIKE"
                + " 'log_segment%' LOOP EXECUTE format('UPDATE chroma_proxy.%I SET %I = %I + $1', c.table_name,"
                + " c.column_name, c.column_name) USING age; END LOOP; END $$");
    }

    /** The first column of every row, as text. */
    public List<String> look(String sql) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement();
                var found = statement.executeQuery(sql)) {
            while (found.next()) {
                rows.add(String.valueOf(found.getString(1)));
            }
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
        return rows;
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
