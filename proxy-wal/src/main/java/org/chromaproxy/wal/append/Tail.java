package org.chromaproxy.wal.append;

import java.util.ArrayDeque;
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

    private final WriterSettings.TailBound bound;
    private final ArrayDeque<Commit> commits = new ArrayDeque<>();
    private long bytes;

    Tail(WriterSettings.TailBound bound) {
        this.bound = bound;
    }

    void add(Commit commit) {
        commits.add(commit);
        bytes += commit.weight();
        trim(commit.at());
    }

    /** Lets go of what is too old, or too much. To be called only when the log is known to hold it. */
    void trim(long now) {
        while (!commits.isEmpty()
                && (bytes > bound.bytes()
                        || now - commits.getFirst().at() > bound.age().toNanos())) {
            bytes -= commits.removeFirst().weight();
        }
    }

    /** All transactions above {@code held} up to {@code last}; empty if they are not all kept. */
    Optional<List<Commit>> after(long held, long last) {
        List<Commit> lost =
                commits.stream().filter(commit -> commit.number() > held).toList();
        boolean whole = lost.size() == last - held;
        return whole ? Optional.of(lost) : Optional.empty();
    }
}
