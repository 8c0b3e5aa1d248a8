package org.chromaproxy.wal.append;

import java.time.Duration;

/**
 * The writer's bounds.
 *
 * @param queue records that may wait or be in a commit; one is always let in when none waits
 * @param batch records per transaction, and their bytes or those of changes; a transaction takes at least one record
 * @param tail what is kept in memory for a log that comes back without it
 * @param lazyFlush how long a change that is not urgent may wait for company
 * @param heartbeat how often ownership is confirmed, busy or idle; a fraction of the owner's lease
 */
public record WriterSettings(Bound queue, Bound batch, TailBound tail, Duration lazyFlush, Duration heartbeat) {
    /** A number of records and their weight in bytes. */
    record Bound(int records, long bytes) {
        public Bound {
            if (records < 1 || bytes < 1) {
                throw new IllegalArgumentException("bounds must be positive");
            }
        }
    }

    /**
     * How much of what was committed last is kept, whichever bound is met first.
     *
     * @param bytes of records and changes; 0 keeps nothing
     * @param age counted from the commit, while PostgreSQL answers; longer than a standby may lag behind
     */
    record TailBound(long bytes, Duration age) {}

    public static final WriterSettings DEFAULT = new WriterSettings(
            new Bound(65_536, 128L << 20),
            new Bound(1_000, 16L << 20),
            new TailBound(16L << 20, Duration.ofMinutes(1)),
            Duration.ofMillis(50),
            Duration.ofSeconds(1));

    /** These with another tail. */
    WriterSettings withTail(TailBound other) {
        return new WriterSettings(queue, batch, other, lazyFlush, heartbeat);
    }
}
