package org.chromaproxy.wal.append;

import java.time.Duration;
import java.time.Instant;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.store.LogSession;
import org.chromaproxy.wal.store.StoreException;
import org.chromaproxy.wal.store.Tenure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer's connection to the log and this process's standing there: owner or fenced, in touch or not. Confined to the
 * writer thread, but for the two published figures.
 */
final class LogLink {
    private static final Logger LOG = LoggerFactory.getLogger(LogLink.class);

    private final LogSession.Connector connector;
    private final Tenure tenure;
    private final LogClock clock;
    private final Duration interval;
    private @Nullable LogSession session;
    /** Of the last transaction that renewed it and is known to be committed. */
    private Instant lastHeartbeat = Instant.MIN;

    private volatile LogState state = LogState.UNAVAILABLE;
    private volatile long confirmedAtNanos;

    /** @param interval between heartbeats */
    LogLink(LogSession.Connector connector, Tenure tenure, LogClock clock, Duration interval) {
        this.connector = connector;
        this.tenure = tenure;
        this.clock = clock;
        this.interval = interval;
        this.confirmedAtNanos = clock.nanoTime();
    }

    LogState state() {
        return state;
    }

    long confirmedAtNanos() {
        return confirmedAtNanos;
    }

    @Nullable
    LogSession session() {
        return session;
    }

    boolean stopped() {
        return state == LogState.FENCED || state == LogState.TRUNCATED || state == LogState.CLOSED;
    }

    /**
     * Connects as the log's only writer.
     *
     * @return null if the log has another owner: the state is FENCED then
     */
    @Nullable
    LogSession connect() {
        LogSession fresh = connector.open();
        session = fresh;
        LogSession.Owner row = fresh.owner();
        if (!tenure.holds(row)) {
            // Nobody has touched the row since it went back, so nobody owned the log in between: taking it again is
            // as safe as it was the first time.
            if (!row.equals(tenure.from()) || !fresh.retake(tenure)) {
                fenced(row);
                return null;
            }
            LOG.error(
                    "PostgreSQL came back without this proxy's taking of the log (epoch {}); nobody else had taken it,"
                            + " so it is taken again",
                    tenure.epoch());
        }
        fresh.expelPredecessor();
        return fresh;
    }

    /** The log is what it should be: batches may be committed. */
    void opened(long last, long next) {
        if (state != LogState.OPEN) {
            LOG.info("log open: epoch {}, last LSN {}, next {}", tenure.epoch(), last, next);
            state = LogState.OPEN;
        }
    }

    /**
     * Begins a transaction as the log's owner, with the heartbeat if that is due.
     *
     * @param batch its number
     * @param record to be inserted by the same round trip; null for none
     * @return to be run after its commit; null if the log has another owner: the state is FENCED then
     */
    @Nullable
    Runnable begin(LogSession open, long batch, @Nullable LogRecord record) {
        if (heartbeatIn(clock.nanoTime()) <= 0) {
            return beginWithHeartbeat(open, batch, record);
        }
        if (!open.begin(tenure, batch, record)) {
            fenced(open.owner());
            return null;
        }
        return () -> {};
    }

    private @Nullable Runnable beginWithHeartbeat(LogSession open, long batch, @Nullable LogRecord record) {
        long begun = clock.nanoTime();
        Instant heartbeat = open.beginWithHeartbeat(tenure, batch, record);
        if (heartbeat.equals(Instant.MIN)) {
            fenced(open.owner());
            return null;
        }
        // Only transactions that renew the heartbeat confirm ownership: a successor counts from the last heartbeat it
        // saw, and so never before this process stopped counting.
        return () -> {
            confirmedAtNanos = begun;
            lastHeartbeat = heartbeat;
        };
    }

    /** Ns until the heartbeat is due; 0 or less when it is. */
    long heartbeatIn(long now) {
        return lastHeartbeat.equals(Instant.MIN) ? 0 : confirmedAtNanos + interval.toNanos() - now;
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

    /** The same on a session; false if the log has another owner. */
    boolean heartbeat(LogSession open) {
        Runnable committed = beginWithHeartbeat(open, 0, null);
        if (committed == null) {
            return false;
        }
        open.commit();
        committed.run();
        return true;
    }

    private void fenced(LogSession.Owner row) {
        LOG.error(
                "log owned by another proxy (epoch {}, {}), ours was epoch {}: this one commits nothing any more",
                row.epoch(),
                row.owner(),
                tenure.epoch());
        state = LogState.FENCED;
    }

    /** Nothing is committed any more, but the log is not given away. */
    void truncated() {
        state = LogState.TRUNCATED;
    }

    void lost(StoreException cause) {
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
