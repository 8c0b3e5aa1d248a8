package org.chromaproxy.wal.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.postgresql.copy.CopyIn;

/**
 * Writes records in PostgreSQL's binary COPY format (PostgreSQL manual, COPY, "Binary Format"). Small fields gather in
 * one buffer; bodies larger than it are handed to the driver without copying.
 */
final class CopyEncoder {
    static final String COPY =
            "COPY log_record (lsn, created_at, kind, lane, collection, tenant, database, name, target,"
                    + " method, path, content_type, tx_scope, tx_id, tx_digest, body) FROM STDIN (FORMAT BINARY)";

    private static final short FIELDS = 16;
    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final Instant EPOCH_2000 = Instant.parse("2000-01-01T00:00:00Z");

    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    private final CopyIn out;

    CopyEncoder(CopyIn out) {
        this.out = out;
        buffer.put(SIGNATURE);
    }

    void write(LogRecord entry) throws SQLException {
        Subject subject = entry.content().subject();
        WriteRequest request = entry.content().request();
        room(64);
        buffer.putShort(FIELDS);
        buffer.putInt(Long.BYTES).putLong(entry.lsn());
        buffer.putInt(Long.BYTES).putLong(ChronoUnit.MICROS.between(EPOCH_2000, entry.createdAt()));
        buffer.putInt(Short.BYTES).putShort((short) entry.content().kind().code());
        uuid(subject.lane());
        uuid(subject.collection());
        text(subject.tenant());
        text(subject.database());
        text(subject.name());
        text(subject.target());
        text(request.method());
        text(request.path());
        text(request.contentType());
        transaction(entry.content().transaction());
        bytes(request.body());
    }

    void finish() throws SQLException {
        room(Short.BYTES);
        buffer.putShort((short) -1);
        flush();
    }

    private void transaction(Optional<ClientTransaction> transaction) throws SQLException {
        if (transaction.isPresent()) {
            text(transaction.get().scope());
            text(transaction.get().id());
            text(transaction.get().digest());
        } else {
            room(3 * Integer.BYTES);
            buffer.putInt(-1).putInt(-1).putInt(-1);
        }
    }

    private void uuid(UUID value) throws SQLException {
        room(Integer.BYTES + 16);
        buffer.putInt(16).putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
    }

    private void text(String value) throws SQLException {
        bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] value) throws SQLException {
        room(Integer.BYTES);
        buffer.putInt(value.length);
        if (value.length <= buffer.remaining()) {
            buffer.put(value);
        } else {
            flush();
            out.writeToCopy(value, 0, value.length);
        }
    }

    private void room(int bytes) throws SQLException {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }

    private void flush() throws SQLException {
        out.writeToCopy(buffer.array(), 0, buffer.position());
        buffer.clear();
    }
}
