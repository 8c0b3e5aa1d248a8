package org.chromaproxy.wal.append;

import java.time.Instant;
import java.util.List;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.store.LogSession;
import org.chromaproxy.wal.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts batches into the log: the connection, the epoch and what is known to be durable. Confined to the writer thread,
 * but for the three published figures.
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

    private final LogSession.Connector connector;
    private final long epoch;
    private final LogClock clock;
    private final WriterSettings settings;
    private @Nullable LogSession session;
    private boolean everOpen;
    private long nextLsn;
    private long coverAgainAt;
    /** Of the last transaction that renewed it and is known to be committed. */
    private Instant lastHeartbeat = Instant.MIN;

    /** Why PostgreSQL refused the last batch it refused. */
    private String refusal = "";

    private volatile LogState state = LogState.UNAVAILABLE;
    private volatile long durableLsn;
    private volatile long confirmedAtNanos;

    Committer(LogSession.Connector connector, long epoch, LogClock clock, WriterSettings settings) {
        this.connector = connector;
        this.epoch = epoch;
        this.clock = clock;
        this.settings = settings;
        this.confirmedAtNanos = clock.nanoTime();
    }

    LogState state() {
        return state;
    }

    long durableLsn() {
        return durableLsn;
    }

    long confirmedAtNanos() {
        return confirmedAtNanos;
    }

    String refusal() {
        return refusal;
    }

    /** Connects if need be; whether batches can be tried now. */
    boolean open() {
        return !stopped() && (session != null || connect());
    }

    private boolean connect() {
        try {
            LogSession fresh = connector.open();
            session = fresh;
            return takeOver(fresh);
        } catch (StoreException e) {
            lost(e);
            return false;
        }
    }

    /** Makes a new connection the log's only writer, and compares the log with what was durable before. */
    private boolean takeOver(LogSession fresh) {
        LogSession.Owner owner = fresh.owner();
        if (owner.epoch() != epoch) {
            fenced(owner.epoch());
            return false;
        }
        fresh.expelPredecessor();
        long last = fresh.lastLsn();
        if (last < durableLsn || owner.heartbeat().isBefore(lastHeartbeat)) {
            truncated(last, owner.heartbeat());
            return false;
        }
        if (!everOpen) {
            nextLsn = last == 0 ? 1 : last + OWNER_GAP;
            everOpen = true;
            durableLsn = last;
        }
        coverAgainAt = fresh.coverSegments(nextLsn + settings.batchRecords());
        if (!heartbeat(fresh)) {
            return false;
        }
        if (state != LogState.OPEN) {
            LOG.info("log open: epoch {}, last LSN {}, next {}", epoch, last, nextLsn);
            state = LogState.OPEN;
        }
        return true;
    }

    /** A new, empty batch that will take its LSNs from here. Call {@link #drained} when it is filled. */
    Batch newBatch() {
        return new Batch(settings, nextLsn, clock.now());
    }

    void drained(Batch batch) {
        nextLsn = batch.nextLsn();
    }

    /** One try to make a batch durable. */
    Attempt attempt(Batch batch) {
        try {
            if (!open()) {
                return stopped() ? refused(batch) : Attempt.LOST;
            }
            LogSession open = session;
            if (open == null) {
                return Attempt.LOST;
            }
            if (batch.inDoubt() && present(open, batch)) {
                return durable(batch);
            }
            batch.inDoubt(false);
            return transact(open, batch);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.DATA && !batch.inDoubt()) {
                return undo(e);
            }
            lost(e);
            return Attempt.LOST;
        }
    }

    private Attempt transact(LogSession open, Batch batch) {
        if (nextLsn >= coverAgainAt) {
            coverAgainAt = open.coverSegments(nextLsn + settings.batchRecords());
        }
        long begun = clock.nanoTime();
        boolean beat = heartbeatIn(begun) <= 0;
        Instant heartbeat = begin(open, beat);
        if (stopped()) {
            return Attempt.REFUSED;
        }
        batch.refuse(open.reserve(batch.reservations()));
        open.insert(batch.survivors());
        open.apply(batch.changes());
        batch.inDoubt(true);
        open.commit();
        if (beat) {
            confirm(begun, heartbeat);
        }
        return durable(batch);
    }

    private Attempt durable(Batch batch) {
        batch.inDoubt(false);
        List<LogRecord> survivors = batch.survivors();
        if (!survivors.isEmpty()) {
            durableLsn = survivors.getLast().lsn();
        }
        return Attempt.DURABLE;
    }

    private static boolean present(LogSession open, Batch batch) {
        List<LogRecord> survivors = batch.survivors();
        return !survivors.isEmpty()
                && open.present(survivors.getFirst().lsn(), survivors.getLast().lsn());
    }

    /** Ns until the heartbeat is due; 0 or less when it is. */
    long heartbeatIn(long now) {
        return lastHeartbeat.equals(Instant.MIN)
                ? 0
                : confirmedAtNanos + settings.heartbeat().toNanos() - now;
    }

    /** Confirms ownership in a transaction of its own. Also while truncated, so that no standby takes this for a crash. */
    void heartbeat() {
        if (state == LogState.FENCED) {
            closeSession();
            return;
        }
        try {
            if (session == null && state == LogState.TRUNCATED) {
                session = connector.open();
            }
            if (session != null) {
                heartbeat(session);
            }
        } catch (StoreException e) {
            lost(e);
        }
    }

    private boolean heartbeat(LogSession open) {
        long begun = clock.nanoTime();
        Instant heartbeat = begin(open, true);
        if (state == LogState.FENCED) {
            return false;
        }
        open.commit();
        confirm(begun, heartbeat);
        return true;
    }

    /**
     * Only transactions that renew the heartbeat confirm ownership: a successor counts from the last heartbeat it saw,
     * and so never before this process stopped counting.
     */
    private void confirm(long begun, Instant heartbeat) {
        confirmedAtNanos = begun;
        lastHeartbeat = heartbeat;
    }

    /** Begins a transaction under our epoch, or turns FENCED. Returns the new heartbeat, if it was renewed. */
    private Instant begin(LogSession open, boolean beat) {
        if (!beat && open.begin(epoch)) {
            return lastHeartbeat;
        }
        Instant heartbeat = open.beginWithHeartbeat(epoch);
        if (heartbeat.equals(Instant.MIN)) {
            fenced(open.owner().epoch());
        }
        return heartbeat;
    }

    boolean stopped() {
        return state == LogState.FENCED || state == LogState.TRUNCATED || state == LogState.CLOSED;
    }

    private Attempt refused(Batch batch) {
        LogSession open = session;
        if (!batch.inDoubt()) {
            return Attempt.REFUSED;
        }
        // Our last transaction has ended: a successor's UPDATE of the owner row waited for it.
        return open == null || present(open, batch) ? Attempt.LEFT_BEHIND : Attempt.REFUSED;
    }

    private Attempt undo(StoreException cause) {
        refusal = String.valueOf(cause.getMessage());
        LOG.debug("PostgreSQL refuses part of a batch: {}", refusal);
        LogSession open = session;
        try {
            if (open != null) {
                open.rollback();
            }
            return Attempt.BAD_DATA;
        } catch (StoreException e) {
            lost(e);
            return Attempt.LOST;
        }
    }

    private void fenced(long newEpoch) {
        LOG.error(
                "log owned by another proxy (epoch {}, ours was {}): this one commits nothing any more",
                newEpoch,
                epoch);
        state = LogState.FENCED;
    }

    private void truncated(long last, Instant heartbeat) {
        LOG.error(
                "the log is shorter than it was: it ends at LSN {} (heartbeat {}), but LSN {} (heartbeat {}) had been"
                        + " committed. PostgreSQL failed over to a server without the last commits. Writes that were"
                        + " acknowledged may be on the Chroma servers only. Nothing is routed until this proxy is"
                        + " restarted; prevent this with synchronous standbys.",
                last,
                heartbeat,
                durableLsn,
                lastHeartbeat);
        state = LogState.TRUNCATED;
    }

    private void lost(StoreException cause) {
        closeSession();
        if (state == LogState.OPEN) {
            LOG.warn("log unavailable: {}", cause.getMessage());
            state = LogState.UNAVAILABLE;
        } else {
            LOG.debug("log still unavailable", cause);
        }
    }

    private void closeSession() {
        LogSession old = session;
        session = null;
        if (old != null) {
            old.close();
        }
    }

    /** Closes the connection; the state becomes CLOSED. */
    void close() {
        closeSession();
        state = LogState.CLOSED;
    }
}
