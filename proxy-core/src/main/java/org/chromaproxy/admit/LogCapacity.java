package org.chromaproxy.admit;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How large the log is on PostgreSQL's disk, and may be: history that every server has applied is dropped early beneath the
 * bound; what some server still needs is not, and at the bound writes are refused. Between two measurements everything that
 * is committed, or waits for a commit, counts as added. Thread-safe; nothing here waits.
 */
public final class LogCapacity {
    /** Segments that history leaves free beneath the bound, of {@value #SEGMENTS} that the log may have. */
    private static final int FREE = 4;

    private static final int SEGMENTS = 32;
    private static final long LEAST_SEGMENT = 1L << 20;
    private static final long LARGEST_SEGMENT = 1L << 30;

    /**
     * How large the log was.
     *
     * @param bytes of its records on disk, indexes included
     * @param pinned bytes of them from the first on that some server has not applied
     * @param by the server that is farthest behind; empty if none is
     * @param counted what {@link #counted} said before that
     */
    public record Measure(long bytes, long pinned, String by, long counted) {}

    private final LongSupplier committed;
    private final LongSupplier queued;
    private final LongAdder refused = new LongAdder();
    private final LongAdder asked = new LongAdder();
    private volatile long limit;
    private volatile Measure measure = new Measure(0, 0, "", 0);

    /**
     * Makes one.
     *
     * @param committed bytes committed since the start
     * @param queued bytes that wait for a commit
     * @param limit bytes
     */
    public LogCapacity(LongSupplier committed, LongSupplier queued, long limit) {
        this.committed = committed;
        this.queued = queued;
        this.limit = limit;
    }

    /** Of a log that is never full. */
    public static LogCapacity unbounded() {
        return new LogCapacity(() -> 0, () -> 0, Long.MAX_VALUE);
    }

    /** Another limit holds from now on. */
    public void change(long bytes) {
        limit = bytes;
    }

    /** Bytes committed so far: to be asked before the log is measured. */
    public long counted() {
        return committed.getAsLong();
    }

    public void measured(Measure now) {
        measure = now;
    }

    /** Whether one more write of so many bytes may be logged now; counted as refused if not. */
    public boolean admits(long bytes) {
        boolean room = bytes() + onDisk(bytes + queued.getAsLong()) <= limit;
        if (!room) {
            refused.increment();
            asked.increment();
        }
        return room;
    }

    /** Somebody was refused for what is in the log: it is looked at soon. */
    public void ask() {
        asked.increment();
    }

    /** How often that was. */
    public long asked() {
        return asked.sum();
    }

    /** PostgreSQL keeps a large value in pieces, each with a head and an entry of an index. */
    private static long onDisk(long bytes) {
        return bytes + bytes / 16;
    }

    /** Bytes of the log, as far as is known; a little too many rather than too few. */
    public long bytes() {
        Measure last = measure;
        return last.bytes + onDisk(committed.getAsLong() - last.counted);
    }

    /** Bytes from the first record on that some server has not applied, when last measured. */
    public long pinned() {
        return measure.pinned;
    }

    /** The server that is farthest behind; empty if none is. */
    public String pinnedBy() {
        return measure.by;
    }

    public long limit() {
        return limit;
    }

    /** Writes refused at the limit. */
    public long refused() {
        return refused.sum();
    }

    /** History may fill the log up to here. */
    public long historyLimit() {
        return limit - Math.min(limit / 2, FREE * segmentBytes());
    }

    /** Bytes of a segment, which is dropped whole. */
    public long segmentBytes() {
        return Math.clamp(limit / SEGMENTS, LEAST_SEGMENT, LARGEST_SEGMENT);
    }

    /** Whether history is to be dropped now. */
    public boolean crowded() {
        return bytes() + onDisk(queued.getAsLong()) > historyLimit();
    }

    /** Whether it will soon be full: what servers need takes half of it, or there is next to no room. */
    public boolean nearlyFull() {
        return pinned() > limit / 2 || bytes() > limit - limit / 16;
    }
}
