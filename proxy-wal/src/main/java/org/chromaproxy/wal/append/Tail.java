package org.chromaproxy.wal.append;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;

/**
 * The last transactions as they were committed, for a log that comes back without them. Bounded by bytes and age.
 * Confined to the writer thread.
 */
final class Tail {
    /** One transaction: its number and all it did, apart from the owner row. */
    record Commit(long number, List<LogRecord> records, List<Change> changes, long at) {
        private Commit with(List<LogRecord> others) {
            return new Commit(number, others, changes, at);
        }

        private long weight() {
            return OVERHEAD
                    + records.stream().mapToLong(one -> one.content().weight()).sum()
                    + changes.stream().mapToLong(Batch::weight).sum();
        }

        /** Those whose client transaction ids have to be reserved again. */
        List<LogRecord> reservations() {
            return records.stream()
                    .filter(one -> one.content().transaction().isPresent())
                    .toList();
        }
    }

    private static final long OVERHEAD = 128;
    private static final byte[] NO_BODY = {};

    /** A transaction whose records are without their bodies: those are in the ring, one behind the other. */
    private record Kept(Commit stripped, long bodiesAt, long weight) {}

    private final WriterSettings.TailBound bound;
    private final ArrayDeque<Kept> commits = new ArrayDeque<>();
    private final BodyRing bodies;
    private long bytes;

    Tail(WriterSettings.TailBound bound) {
        this.bound = bound;
        this.bodies = new BodyRing(bound.bytes());
    }

    void add(Commit commit) {
        long weight = commit.weight();
        bytes += weight;
        trim(commit.at());
        if (bytes > bound.bytes()) {
            // It alone is too much: nothing before it is left, nor of any use without it.
            bytes -= weight;
            return;
        }
        long at = bodies.end();
        List<LogRecord> stripped = new ArrayList<>(commit.records().size());
        for (LogRecord record : commit.records()) {
            bodies.add(record.content().request().body());
            stripped.add(record.withBody(NO_BODY));
        }
        commits.add(new Kept(commit.with(stripped), at, weight));
    }

    /** Lets go of what is too old, or too much. To be called only when the log is known to hold it. */
    void trim(long now) {
        while (!commits.isEmpty()
                && (bytes > bound.bytes()
                        || now - commits.getFirst().stripped().at()
                                > bound.age().toNanos())) {
            bytes -= commits.removeFirst().weight();
        }
    }

    /** All transactions above {@code held} up to {@code last}; empty if they are not all kept. */
    Optional<List<Commit>> after(long held, long last) {
        List<Commit> lost = commits.stream()
                .filter(kept -> kept.stripped().number() > held)
                .map(this::whole)
                .toList();
        boolean whole = lost.size() == last - held;
        return whole ? Optional.of(lost) : Optional.empty();
    }

    private Commit whole(Kept kept) {
        long at = kept.bodiesAt();
        List<LogRecord> records = new ArrayList<>();
        for (LogRecord record : kept.stripped().records()) {
            records.add(record.withBody(bodies.get(at, record.bodyBytes())));
            at += record.bodyBytes();
        }
        return kept.stripped().with(records);
    }
}
