package org.chromaproxy.wal.store;

import java.time.Instant;
import java.util.List;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.jspecify.annotations.Nullable;

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

    /**
     * How far the log goes.
     *
     * @param lsn the highest it has ever held as far as it can tell; 0 for an empty log
     * @param batch the number of the last transaction; 0 before the first
     */
    record End(long lsn, long batch) {}

    /** A client transaction id that another record holds already. */
    record Taken(long refusedLsn, long holderLsn, String holderDigest) {}

    /** Reads the owner row without locking it. */
    Owner owner();

    /** Takes the log once more, if its owner row is again exactly as it was before; whether it was. */
    boolean retake(Tenure tenure);

    /**
     * Makes this the only writer session of the log: ends the backend of an earlier one and waits for it to be gone, so
     * that its last transaction is either visible or will never be.
     */
    void expelPredecessor();

    /** Reads how far the log goes. */
    End end();

    /** Creates the segments missing for {@code first} to {@code last}; returns the LSN at which to ask again. */
    long coverSegments(long first, long last);

    /**
     * A segment of the log.
     *
     * @param end one above its last position
     * @param bytes on disk, indexes included
     */
    record SegmentFill(long end, long bytes) {}

    /** The segment that an LSN lies in; one that ends before it, and is empty, if there is none yet. */
    SegmentFill segmentOf(long lsn);

    /** Whether any record with an LSN from {@code first} to {@code last} is committed. */
    boolean present(long first, long last);

    /**
     * Begins a transaction, locks the owner row until its end and notes the transaction's number.
     *
     * @param batch one above the last transaction's
     * @param record the one to insert by the same round trip, without a client transaction id; null for none
     * @return false if the log has another owner: the transaction is rolled back
     */
    boolean begin(Tenure tenure, long batch, @Nullable LogRecord record);

    /**
     * As {@link #begin}, and renews the heartbeat.
     *
     * @param batch 0 for a transaction that changes nothing else and needs no number
     * @return the new heartbeat; {@link Instant#MIN} if the log has another owner, or was released
     */
    Instant beginWithHeartbeat(Tenure tenure, long batch, @Nullable LogRecord record);

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
