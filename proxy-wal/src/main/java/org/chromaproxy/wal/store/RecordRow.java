package org.chromaproxy.wal.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/** One record without a client transaction id as parameters of an INSERT: for one alone, COPY costs two round trips more. */
final class RecordRow {
    /** To be followed by the rows it is to depend on. */
    static final String INSERT =
            "INSERT INTO log_record (lsn, created_at, kind, lane, collection, tenant, database, name,"
                    + " target, method, path, content_type, body)"
                    + " SELECT ?::bigint, ?::timestamptz, ?::smallint, ?::uuid, ?::uuid, ?::text, ?::text, ?::text, ?::text,"
                    + " ?::text, ?::text, ?::text, ?::bytea";

    private RecordRow() {}

    /** Sets the parameters from {@code first} on. */
    static void bind(PreparedStatement statement, int first, LogRecord entry) throws SQLException {
        Subject subject = entry.content().subject();
        WriteRequest request = entry.content().request();
        int index = first;
        statement.setLong(index++, entry.lsn());
        statement.setObject(
                index++, entry.createdAt().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC));
        statement.setShort(index++, (short) entry.content().kind().code());
        statement.setObject(index++, subject.lane());
        statement.setObject(index++, subject.collection());
        statement.setString(index++, subject.tenant());
        statement.setString(index++, subject.database());
        statement.setString(index++, subject.name());
        statement.setString(index++, subject.target());
        statement.setString(index++, request.method());
        statement.setString(index++, request.path());
        statement.setString(index++, request.contentType());
        statement.setBytes(index, request.body());
    }
}
