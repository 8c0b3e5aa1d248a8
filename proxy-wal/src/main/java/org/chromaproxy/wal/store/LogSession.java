package org.chromaproxy.wal.store;

import java.time.Instant;
import java.util.List;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;

/**
 * The writer's own connection to the log. Used by one thread; every method blocks and throws {@link StoreException}.
 * After an exception of kind LOST the session must be closed; after one of kind DATA, rolled back.
 */
public interface LogSession extends AutoCloseable {
    /** Opens sessions that commit with {@code synchronous_commit} on, to a server that takes writes. */
    @FunctionalInterface
    interface Connector {
        LogSession open();
    }

    /** The owner row of the log. */
    record Owner(long epoch, String owner, boolean released, Instant heartbeat) {}

    /** A client transaction id that another record holds already. */
    record Taken(long refusedLsn, long holderLsn, String holderDigest) {}

    /** Reads the owner row without locking it. */
    Owner owner();

    /**
     * Makes this the only writer session of the log: ends the backend of an earlier one and waits for it to be gone, so
     * that its last transaction is either visible or will never be.
     */
    void expelPredecessor();

    /** Highest LSN the log has ever held as far as it can tell; 0 for an empty log. */
    long lastLsn();

    /** Creates missing segments; returns the first LSN that has none. */
    long coverSegments(long lsn);

    /** Whether any record with an LSN from {@code first} to {@code last} is committed. */
    boolean present(long first, long last);

    /**
     * Begins a transaction and locks the owner row until its end.
     *
     * @return false if the log has another epoch: the transaction is rolled back
     */
    boolean begin(long epoch);

    /**
     * As {@link #begin}, and renews the heartbeat.
     *
     * @return the new heartbeat; {@link Instant#MIN} if the log has another epoch
     */
    Instant beginWithHeartbeat(long epoch);

    /**
     * Reserves the client transaction ids of records; at most one record per id may be passed.
     *
     * @return those whose id was taken: they must not be inserted
     */
    List<Taken> reserve(List<LogRecord> records);

    /** Inserts records; their bodies are sent as they are. */
    void insert(List<LogRecord> records);

    /** Applies changes as if one after the other. */
    void apply(List<? extends Change> changes);

    void commit();

    void rollback();

    /** Never throws. */
    @Override
    void close();
}
