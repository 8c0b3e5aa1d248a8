package org.chromaproxy.wal.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;
import org.postgresql.copy.CopyIn;

/** The binary format of COPY, read back as PostgreSQL's manual has it. */
class CopyEncoderTest {
    private static final int HEADER = 19;
    private static final int FIELDS = 16;
    private static final int FIRST_OF_TRANSACTION = 12;
    private static final UUID LANE = new UUID(1, 2);

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final List<byte[]> arrays = new ArrayList<>();
    private final CopyEncoder encoder = new CopyEncoder((CopyIn) Proxy.newProxyInstance(
            CopyIn.class.getClassLoader(), new Class<?>[] {CopyIn.class}, (proxy, method, arguments) -> {
                byte[] bytes = (byte[]) arguments[0];
                arrays.add(bytes);
                sent.write(bytes, (int) arguments[1], (int) arguments[2]);
                return null;
            }));

    private static LogRecord logged(long lsn, byte[] body, Optional<ClientTransaction> transaction) {
        Subject subject = new Subject(LANE, LANE, "t\u00e4", "d", "n", "");
        WriteRequest request = new WriteRequest("POST", "/p", "application/json", body);
        Instant second = Instant.parse("2000-01-01T00:00:01Z");
        return new LogRecord(lsn, second, new NewRecord(OpKind.ADD, subject, request, transaction), body.length);
    }

    /** The fields of the next record, with the word NULL for none. */
    private static List<byte[]> fields(ByteBuffer in) {
        assertEquals(FIELDS, in.getShort());
        List<byte[]> fields = new ArrayList<>();
        for (int i = 0; i < FIELDS; i++) {
            int length = in.getInt();
            byte[] field = new byte[Math.max(0, length)];
            in.get(field);
            fields.add(length < 0 ? new byte[] {'N', 'U', 'L', 'L'} : field);
        }
        return fields;
    }

    private static String text(byte[] field) {
        return new String(field, StandardCharsets.UTF_8);
    }

    @Test
    void eachRecordHasItsFieldsInTheColumnsOrder() throws SQLException {
        encoder.write(logged(7, new byte[] {1, 2}, Optional.empty()));
        encoder.write(logged(8, new byte[0], Optional.of(new ClientTransaction("s", "id", "digest"))));
        encoder.finish();

        ByteBuffer in = ByteBuffer.wrap(sent.toByteArray()).position(HEADER);
        List<byte[]> first = fields(in);
        List<byte[]> second = fields(in);
        assertEquals(-1, in.getShort());
        assertEquals(0, in.remaining());
        assertEquals(7, ByteBuffer.wrap(first.get(0)).getLong());
        assertEquals(1_000_000, ByteBuffer.wrap(first.get(1)).getLong());
        assertEquals(OpKind.ADD.code(), ByteBuffer.wrap(first.get(2)).getShort());
        assertEquals("t\u00e4", text(first.get(5)));
        assertEquals("NULL", text(first.get(FIRST_OF_TRANSACTION)));
        assertArrayEquals(new byte[] {1, 2}, first.getLast());
        assertEquals("digest", text(second.get(FIRST_OF_TRANSACTION + 2)));
    }

    @Test
    void aLargeBodyIsHandedOnWithoutBeingCopied() throws SQLException {
        byte[] body = new byte[100 << 10];
        encoder.write(logged(7, body, Optional.empty()));
        encoder.finish();

        assertSame(body, arrays.get(1));
        assertArrayEquals(
                body,
                fields(ByteBuffer.wrap(sent.toByteArray()).position(HEADER)).getLast());
    }
}
