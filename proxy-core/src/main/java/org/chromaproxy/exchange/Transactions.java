package org.chromaproxy.exchange;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.lane.WriteResult;

/** Transaction ids and stored outcomes. Thread-safe. */
public interface Transactions {
    /**
     * The id of a record, from which its LSN can be read back without an index.
     *
     * @param everywhere whether it is for somebody whom no tenant is closed to; others cannot read the LSN from it, which
     *     would tell how many writes there are
     */
    String idOf(long lsn, boolean everywhere);

    /**
     * A client's transaction that was logged before.
     *
     * @param digest of its request
     */
    record Earlier(long lsn, String digest) {}

    /** What was logged under a client's transaction id in that tenant; completes on a worker thread. */
    CompletableFuture<Optional<Earlier>> earlier(String tenant, String id);

    /** The stored response of a record, if its outcome is known; completes on a worker thread. */
    CompletableFuture<Optional<WriteResult>> outcome(long lsn);
}
