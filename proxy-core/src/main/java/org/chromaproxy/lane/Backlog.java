package org.chromaproxy.lane;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.chromaproxy.wal.record.LoggedRecord;

/** The records of a lane that are in the log only. Any thread. */
@FunctionalInterface
public interface Backlog {
    /**
     * Reads the next records of a lane behind {@code after} in LSN order, as many as fit the bounds and at least one;
     * completes on {@code loop}, with an empty list at the lane's end.
     *
     * @param bytes of bodies
     */
    CompletableFuture<List<LoggedRecord>> read(UUID lane, long after, int records, long bytes, Executor loop);

    /**
     * What one lane has in the log.
     *
     * @param records how many, or a little more
     * @param bytes of their bodies
     * @param last the highest LSN
     * @param oldest when the oldest of them was logged, or a little earlier
     */
    record Tail(long records, long bytes, long last, Instant oldest) {}
}
