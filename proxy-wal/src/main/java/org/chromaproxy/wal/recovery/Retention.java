package org.chromaproxy.wal.recovery;

import java.time.Duration;
import org.chromaproxy.wal.store.RetentionSql;
import org.chromaproxy.wal.store.Tenure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the space of what nobody needs any more. Takes no lock the writer waits for, and gives up for now where a
 * report holds a segment.
 */
public final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /**
     * How long things are kept.
     *
     * @param records at least, for operators; recovery keeps what it needs for as long as it needs it
     * @param transactions at least, for clients' retries under their own transaction ids
     */
    public record Terms(Duration records, Duration transactions) {
        public static final Terms DEFAULT = new Terms(Duration.ofDays(7), Duration.ofHours(24));
    }

    /** No bound in bytes. */
    static final long UNBOUNDED = Long.MAX_VALUE;

    /**
     * How many of each were given back.
     *
     * @param records at most: gaps between their LSNs count
     */
    public record Swept(long records, int outcomes, int transactions) {}

    private final RetentionSql sql;
    private final Tenure tenure;
    private final Terms terms;

    public Retention(RetentionSql sql, Tenure tenure, Terms terms) {
        this.sql = sql;
        this.tenure = tenure;
        this.terms = terms;
    }

    /**
     * Publishes the low-water mark: recovery will never look at a record at or below it again. Cheap; the sooner, the
     * shorter the next start.
     */
    public void advance(long mark) {
        sql.raiseLowWater(mark, tenure);
    }

    /** Drops what lies below the mark and is out of date. To be run now and then. */
    public Swept sweep() {
        return sweep(terms.records(), UNBOUNDED);
    }

    /** The same with another age for records; what recovery or a client's retry may need stays all the same. */
    public Swept sweep(Duration records) {
        return sweep(records, UNBOUNDED);
    }

    /**
     * The same, and as much of what lies below the mark, the oldest first and whatever its age, as the log has more than
     * {@code most} bytes.
     */
    public Swept sweep(long most) {
        return sweep(terms.records(), most);
    }

    private Swept sweep(Duration records, long most) {
        RetentionSql.Dropped gone = sql.dropSegments(records, most);
        int transactions = sql.deleteTransactions(terms.transactions());
        int outcomes = gone.below() == 0 ? 0 : sql.deleteOutcomesBelow(gone.below(), terms.transactions());
        if (gone.below() > 0) {
            LOG.info(
                    "log dropped below LSN {}, {} segments of it before their time for its bound: at most {} records, {} outcomes,"
                            + " {} transaction ids",
                    gone.below(),
                    gone.early(),
                    gone.records(),
                    outcomes,
                    transactions);
        }
        int lanes = sql.deleteForgottenLanes();
        LOG.debug("{} cursors and leaders of deleted collections forgotten", lanes);
        return new Swept(gone.records(), outcomes, transactions);
    }

    /**
     * Forgets clients' transaction ids older than {@code age}, but none that a retry may still be needed for, and outcomes
     * whose records are gone. Records stay.
     */
    public Swept forget(Duration age) {
        Duration longest = age.compareTo(terms.transactions()) > 0 ? age : terms.transactions();
        int transactions = sql.deleteTransactions(longest);
        // An empty log may be one whose first record is just being committed.
        long lowest = sql.lowestLsn();
        int outcomes = lowest == Long.MAX_VALUE ? 0 : sql.deleteOutcomesBelow(lowest, terms.transactions());
        return new Swept(0, outcomes, transactions);
    }
}
