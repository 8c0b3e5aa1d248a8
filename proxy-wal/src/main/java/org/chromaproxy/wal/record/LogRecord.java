package org.chromaproxy.wal.record;

import java.time.Instant;

/**
 * A committed record.
 *
 * @param lsn its position; positive, growing along the log, gaps allowed
 * @param bodyBytes length of the body, also when {@code content} was read without it
 */
public record LogRecord(long lsn, Instant createdAt, NewRecord content, int bodyBytes) {}
