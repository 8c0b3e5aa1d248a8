package org.chromaproxy.wal.testkit;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.wal.append.LogClock;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.append.WriterSettings;
import org.chromaproxy.wal.store.Database;
import org.chromaproxy.wal.store.DatabaseTarget;
import org.chromaproxy.wal.store.LogSession;
import org.chromaproxy.wal.store.OwnerTable;
import org.chromaproxy.wal.store.Tenure;
import org.chromaproxy.wal.store.query.LogQueries;

/** One log in a fresh database, with the writers a test opens on it. */
public final class LogFixture implements AutoCloseable {
    public final DatabaseTarget target;
    public final Database database;
    public final OwnerTable owners;
    public final LogQueries queries;
    /** Of whoever took the log last. */
    public Tenure tenure;

    private final List<LogWriter> writers = new ArrayList<>();

    public LogFixture(PostgresServer server, long segmentLsns) {
        this(server.freshDatabase(segmentLsns));
    }

    public LogFixture(DatabaseTarget target) {
        this.target = target;
        database = Database.open(target);
        owners = new OwnerTable(database);
        queries = new LogQueries(database);
        tenure = new Tenure(owners.read(), "nobody");
    }

    /** Takes the log whoever owns it. */
    public Tenure take() {
        // The pool may hand out connections that a test has cut.
        tenure = await().ignoreExceptions()
                .until(() -> owners.take(owners.read(), UUID.randomUUID().toString()), Optional::isPresent)
                .orElseThrow();
        return tenure;
    }

    /** Takes the log and starts a writer on it. */
    public LogWriter writer() {
        return opened(unstarted(WriterSettings.DEFAULT).start());
    }

    /** Takes the log and makes a writer that does not run yet. */
    public LogWriter unstarted(WriterSettings settings) {
        return unstarted(database.sessions(), settings);
    }

    public LogWriter unstarted(LogSession.Connector connector, WriterSettings settings) {
        LogWriter writer = new LogWriter(connector, take(), LogClock.SYSTEM, settings);
        writers.add(writer);
        return writer;
    }

    public LogWriter opened(LogWriter writer) {
        await().until(() -> writer.state() == LogState.OPEN);
        return writer;
    }

    public void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of all rows, as text. */
    public List<String> column(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(target.url(), target.user(), target.password());
        connection.setSchema(target.schema());
        return connection;
    }

    /** Ends the backend of the log's writer, as a crash of the server's process would. */
    public void killWriterBackend() {
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND application_name = 'chroma-proxy log writer'");
    }

    @Override
    public void close() {
        writers.forEach(LogWriter::close);
        database.close();
    }
}
