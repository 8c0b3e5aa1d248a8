package org.chromaproxy.wal.record;

import java.time.Instant;

/**
 * A committed record.
 *
 * @param lsn its position; positive, growing along the log, gaps allowed
 * @param bodyBytes length of the body, also when {@code content} was read without it
 */
public record LogRecord(long lsn, Instant createdAt, NewRecord content, int bodyBytes) {
    /** The same with another body, or none; {@code bodyBytes} stays. */
    public LogRecord withBody(byte[] body) {
        WriteRequest request = content.request();
        WriteRequest other = new WriteRequest(request.method(), request.path(), request.contentType(), body);
        return new LogRecord(
                lsn,
                createdAt,
                new NewRecord(content.kind(), content.subject(), other, content.transaction()),
                bodyBytes);
    }
}
