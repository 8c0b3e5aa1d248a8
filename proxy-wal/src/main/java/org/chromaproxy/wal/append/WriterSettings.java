package org.chromaproxy.wal.append;

import java.time.Duration;

/**
 * The writer's bounds.
 *
 * @param queuedRecords records that may wait or be in a commit
 * @param queuedBytes their weight; one record is always let in when none waits
 * @param batchRecords records per transaction
 * @param batchBytes their weight, and that of changes; a transaction takes at least one record
 * @param lazyFlush how long a change that is not urgent may wait for company
 * @param heartbeat how often ownership is confirmed, busy or idle; a fraction of the owner's lease
 */
public record WriterSettings(
        int queuedRecords,
        long queuedBytes,
        int batchRecords,
        long batchBytes,
        Duration lazyFlush,
        Duration heartbeat) {
    public static final WriterSettings DEFAULT =
            new WriterSettings(65_536, 128L << 20, 1_000, 16L << 20, Duration.ofMillis(50), Duration.ofSeconds(1));

    public WriterSettings {
        if (queuedRecords < 1 || queuedBytes < 1 || batchRecords < 1 || batchBytes < 1) {
            throw new IllegalArgumentException("bounds must be positive");
        }
    }
}
