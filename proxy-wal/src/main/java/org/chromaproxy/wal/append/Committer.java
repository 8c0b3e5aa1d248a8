package org.chromaproxy.wal.append;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.store.LogSession;
import org.chromaproxy.wal.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts batches into the log, and knows how far it goes. Confined to the writer thread, but for the published figures.
 */
final class Committer {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    /** What one try came to. */
    enum Attempt {
        DURABLE,
        /** The connection is lost; whether the batch is durable will be known after the next one. */
        LOST,
        /** Some record or change of the batch is refused by PostgreSQL; nothing of it is durable. */
        BAD_DATA,
        /** Fenced or truncated: nothing of the batch is durable, nor will be. */
        REFUSED,
        /** As REFUSED, but the batch became durable before the log was lost: its records are the successor's. */
        LEFT_BEHIND
    }

    /**
     * An owner starts this far above the log's end: LSNs that its predecessor gave to records in its last, lost batches
     * may have been told to clients as transaction ids and must not come to name other records.
     */
    static final long OWNER_GAP = 10_000;

    private static final long DEFAULT_SEGMENT_BYTES = 1L << 30;

    private final LogLink link;
    private final LogClock clock;
    private final WriterSettings settings;
    private final Tail tail;
    private boolean everOpen;
    private long firstLsn;
    private long nextLsn;
    private long coverAgainAt;
    /** One above the last position of the segment that LSNs are taken from, and what that holds by now. */
    private long segmentEnd;

    private long segmentBytes;
    /** A segment that holds so many is closed, whatever positions are left in it. */
    private volatile long mostSegmentBytes = DEFAULT_SEGMENT_BYTES;
    /** LSNs up to here were given away by a log that is lost. */
    private volatile long usedUpTo;
    /** Number of the last transaction known to be durable. */
    private volatile long lastBatch;
    /** What the log said of that when it was last connected to: one more if a commit was in doubt, and done. */
    private long heldBatch;
    /** Why PostgreSQL refused the last batch it refused. */
    private String refusal = "";

    private volatile long durableLsn;
    private final LongAdder restoredRecords = new LongAdder();

    Committer(LogLink link, LogClock clock, WriterSettings settings) {
        this.link = link;
        this.clock = clock;
        this.settings = settings;
        this.tail = new Tail(settings.tail());
    }

    long durableLsn() {
        return durableLsn;
    }

    /** No LSN up to there is given to a record any more. Any thread. */
    synchronized void startAbove(long lsn) {
        usedUpTo = Math.max(usedUpTo, lsn);
    }

    /** Segments are closed when they hold so many bytes: they are dropped whole. Any thread. */
    void segmentBytes(long most) {
        mostSegmentBytes = most;
    }

    long lastBatch() {
        return lastBatch;
    }

    /** Records that the log had forgotten and was given again. */
    long restoredRecords() {
        return restoredRecords.sum();
    }

    String refusal() {
        return refusal;
    }

    /** Connects if need be; whether batches can be tried now. */
    boolean open() {
        if (link.stopped()) {
            return false;
        }
        if (link.session() != null) {
            return true;
        }
        try {
            LogSession fresh = link.connect();
            return fresh != null && catchUp(fresh);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.DATA) {
                LOG.error("what the log has forgotten cannot be put back: nothing is committed any more", e);
                link.truncated();
            }
            link.lost(e);
            return false;
        }
    }

    private void cover(LogSession open, long first) {
        coverAgainAt = open.coverSegments(first, nextLsn + settings.batch().records());
        lookAtSegment(open);
    }

    private void lookAtSegment(LogSession open) {
        LogSession.SegmentFill fill = open.segmentOf(nextLsn);
        segmentEnd = fill.end();
        segmentBytes = fill.bytes();
    }

    /** Compares the log with what was durable before, and gives it back what it has forgotten. */
    private boolean catchUp(LogSession fresh) {
        LogSession.End end = fresh.end();
        if (!everOpen) {
            firstLsn = end.lsn() == 0 ? 1 : end.lsn() + OWNER_GAP;
            nextLsn = firstLsn;
            durableLsn = end.lsn();
            lastBatch = end.batch();
            everOpen = true;
        } else if (end.batch() < lastBatch) {
            if (!restore(fresh, end)) {
                return false;
            }
        } else if (end.lsn() < durableLsn) {
            truncated(end);
            return false;
        }
        heldBatch = end.batch();
        // A batch may wait whose LSNs are given already.
        long waiting = Math.max(firstLsn, durableLsn + 1);
        cover(fresh, waiting);
        if (!link.heartbeat(fresh)) {
            return false;
        }
        link.opened(end.lsn(), nextLsn);
        return true;
    }

    /** Commits lost transactions once more, each as it was. Breaks off by exception; then the rest is done next time. */
    private boolean restore(LogSession fresh, LogSession.End end) {
        List<Tail.Commit> lost = tail.after(end.batch(), lastBatch).orElse(List.of());
        if (lost.isEmpty()) {
            truncated(end);
            return false;
        }
        LOG.error(
                "PostgreSQL failed over to a server without the last {} transactions: the log ends at LSN {}, but {}"
                        + " had been committed. They are still in memory and are committed again. Use synchronous"
                        + " standbys.",
                lost.size(),
                end.lsn(),
                durableLsn);
        for (Tail.Commit commit : lost) {
            if (!restore(fresh, commit)) {
                return false;
            }
        }
        LOG.warn("the log is whole again, up to LSN {}", durableLsn);
        return true;
    }

    private boolean restore(LogSession fresh, Tail.Commit commit) {
        List<LogRecord> records = commit.records();
        if (!records.isEmpty()) {
            fresh.coverSegments(records.getFirst().lsn(), records.getLast().lsn());
        }
        Runnable committed = link.begin(fresh, commit.number(), null);
        if (committed == null) {
            return false;
        }
        fresh.reserve(commit.reservations());
        fresh.insert(records);
        fresh.apply(commit.changes());
        fresh.commit();
        committed.run();
        restoredRecords.add(records.size());
        return true;
    }

    /** A new, empty batch that will take its LSNs from here. Call {@link #drained} when it is filled. */
    Batch newBatch() {
        long used = usedUpTo;
        if (nextLsn <= used) {
            nextLsn = used + OWNER_GAP;
        }
        if (segmentBytes >= mostSegmentBytes && nextLsn < segmentEnd) {
            nextLsn = segmentEnd;
        }
        return new Batch(settings, nextLsn, clock.now());
    }

    void drained(Batch batch) {
        nextLsn = batch.nextLsn();
    }

    /** One try to make a batch durable. */
    Attempt attempt(Batch batch) {
        try {
            if (!open()) {
                return link.stopped() ? refused(batch) : Attempt.LOST;
            }
            LogSession open = link.session();
            if (open == null) {
                return Attempt.LOST;
            }
            if (batch.inDoubt() && heldBatch > lastBatch) {
                return durable(batch);
            }
            batch.inDoubt(false);
            return transact(open, batch);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.DATA && !batch.inDoubt()) {
                return undo(e);
            }
            link.lost(e);
            return Attempt.LOST;
        }
    }

    private Attempt transact(LogSession open, Batch batch) {
        if (nextLsn >= coverAgainAt) {
            cover(open, nextLsn);
        } else if (nextLsn >= segmentEnd) {
            lookAtSegment(open);
        }
        LogRecord lone = batch.lone();
        Runnable committed = link.begin(open, lastBatch + 1, lone);
        if (committed == null) {
            return Attempt.REFUSED;
        }
        if (lone == null) {
            batch.refuse(open.reserve(batch.reservations()));
            open.insert(batch.survivors());
        }
        open.apply(batch.changes());
        batch.inDoubt(true);
        open.commit();
        committed.run();
        return durable(batch);
    }

    private Attempt durable(Batch batch) {
        batch.inDoubt(false);
        long number = lastBatch + 1;
        List<LogRecord> survivors = batch.survivors();
        if (!survivors.isEmpty()) {
            durableLsn = survivors.getLast().lsn();
            segmentBytes += survivors.stream()
                    .mapToLong(record -> record.content().weight())
                    .sum();
        }
        lastBatch = number;
        tail.add(new Tail.Commit(number, survivors, batch.changes(), clock.nanoTime()));
        return Attempt.DURABLE;
    }

    /** Confirms ownership in a transaction of its own, which proves, too, that the log is still what it was. */
    void heartbeat() {
        link.heartbeat();
        if (link.session() != null && !link.stopped()) {
            tail.trim(clock.nanoTime());
        }
    }

    private Attempt refused(Batch batch) {
        LogSession open = link.session();
        if (!batch.inDoubt()) {
            return Attempt.REFUSED;
        }
        // Our last transaction has ended: a successor's UPDATE of the owner row waited for it. The successor goes on
        // numbering where the log ended, so here only LSNs tell whose is what.
        return open == null || present(open, batch) ? Attempt.LEFT_BEHIND : Attempt.REFUSED;
    }

    private static boolean present(LogSession open, Batch batch) {
        List<LogRecord> survivors = batch.survivors();
        return !survivors.isEmpty()
                && open.present(survivors.getFirst().lsn(), survivors.getLast().lsn());
    }

    private Attempt undo(StoreException cause) {
        refusal = String.valueOf(cause.getMessage());
        LOG.debug("PostgreSQL refuses part of a batch: {}", refusal);
        LogSession open = link.session();
        try {
            if (open != null) {
                open.rollback();
            }
            return Attempt.BAD_DATA;
        } catch (StoreException e) {
            link.lost(e);
            return Attempt.LOST;
        }
    }

    private void truncated(LogSession.End end) {
        LOG.error(
                "the log is shorter than it was: it ends at LSN {} (transaction {}), but LSN {} (transaction {}) had"
                        + " been committed, and memory does not reach back that far. PostgreSQL failed over to a server"
                        + " without the last commits. Writes that were acknowledged may be on the Chroma servers only."
                        + " Nothing is routed until this proxy is restarted; prevent this with synchronous standbys.",
                end.lsn(),
                end.batch(),
                durableLsn,
                lastBatch);
        link.truncated();
    }
}
