package org.chromaproxy.exchange;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.lane.write.WriteResult;

/** Transaction ids and stored outcomes. Thread-safe. */
public interface Transactions {
    /** The id of a record, from which its LSN can be read back without an index. */
    String idOf(long lsn);

    /** The stored response of a record, if its outcome is known; completes on a worker thread. */
    CompletableFuture<Optional<WriteResult>> outcome(long lsn);
}
