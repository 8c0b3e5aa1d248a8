package org.chromaproxy.wal.record;

import java.util.Optional;

/** A record not yet logged: everything but its LSN. */
public record NewRecord(OpKind kind, Subject subject, WriteRequest request, Optional<ClientTransaction> transaction) {
    /** Bytes this record counts for in the log's queue and transaction bounds. */
    public int weight() {
        return 256 + request.body().length + request.path().length();
    }
}
