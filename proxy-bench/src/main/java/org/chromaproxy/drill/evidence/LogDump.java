package org.chromaproxy.drill.evidence;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.store.DatabaseTarget;
import org.jspecify.annotations.Nullable;

/** Reads the whole log. */
public final class LogDump {
    private static final String QUERY = """
            SELECT r.lsn, r.kind, r.lane, r.collection, r.tenant, r.database, r.name, r.target, r.path, r.body,
                   r.tx_id, o.state, o.status, s.body AS resolution
            FROM log_record r
            LEFT JOIN record_outcome o ON o.lsn = r.lsn
            LEFT JOIN record_resolution s ON s.lsn = r.lsn
            ORDER BY r.lsn
            """;

    private LogDump() {}

    /** Connects to {@code postgresql://user:password@host:port/database}. */
    static Connection connect(URI url) throws SQLException {
        String[] user = url.getUserInfo().split(":", 2);
        String jdbc = "jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath()
                + "?currentSchema="
                + DatabaseTarget.DEFAULT_SCHEMA;
        return DriverManager.getConnection(jdbc, user[0], user.length > 1 ? user[1] : "");
    }

    public static UUID identity(URI database) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT log_id FROM log_identity")) {
            row.next();
            return row.getObject(1, UUID.class);
        }
    }

    public static List<Logged> read(URI database) throws SQLException {
        List<Logged> log = new ArrayList<>();
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            while (row.next()) {
                log.add(record(row));
            }
        }
        return log;
    }

    private static Logged record(ResultSet row) throws SQLException {
        Subject subject = new Subject(
                row.getObject("lane", UUID.class),
                row.getObject("collection", UUID.class),
                row.getString("tenant"),
                row.getString("database"),
                row.getString("name"),
                row.getString("target"));
        Logged.Fate fate = new Logged.Fate(
                orEmpty(row.getString("state")),
                row.getInt("status"),
                orEmpty(row.getString("tx_id")),
                text(row.getBytes("resolution")));
        OpKind kind = OpKind.ofCode(row.getInt("kind"));
        return new Logged(row.getLong("lsn"), kind, subject, row.getString("path"), text(row.getBytes("body")), fate);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }
}
