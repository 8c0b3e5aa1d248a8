package org.chromaproxy.wal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.junit.jupiter.api.Test;

class RecordRowTest {
    private static final int FIRST = 3;

    private final Map<Integer, Object> bound = new TreeMap<>();
    private final PreparedStatement statement = (PreparedStatement) Proxy.newProxyInstance(
            PreparedStatement.class.getClassLoader(),
            new Class<?>[] {PreparedStatement.class},
            (proxy, method, arguments) -> bound.put((int) arguments[0], arguments[1]));

    @Test
    void everyParameterOfTheInsertIsBoundOnce() throws SQLException {
        byte[] body = {1};
        Subject subject = new Subject(new UUID(1, 2), new UUID(3, 4), "t", "d", "n", "");
        WriteRequest request = new WriteRequest("POST", "/p", "application/json", body);
        Instant created = Instant.parse("2000-01-01T00:00:00.123456789Z");
        NewRecord content = new NewRecord(OpKind.ADD, subject, request, Optional.empty());

        RecordRow.bind(statement, FIRST, new LogRecord(7, created, content, 1));

        long parameters = RecordRow.INSERT.chars().filter(c -> c == '?').count();
        assertEquals(parameters, bound.size());
        assertEquals(7L, bound.get(FIRST));
        assertEquals(OffsetDateTime.parse("2000-01-01T00:00:00.123456Z"), bound.get(FIRST + 1));
        assertEquals(body, bound.get(FIRST + (int) parameters - 1));
    }
}
