package org.chromaproxy.wal.recovery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.store.LogQueries;

/** The log as operators ask for it. */
public final class OperatorQueries {
    private final LogQueries queries;

    public OperatorQueries(LogQueries queries) {
        this.queries = queries;
    }

    public Optional<TransactionView> transaction(long lsn) {
        return queries.record(lsn).map(this::view);
    }

    /** By the client's own transaction id. */
    public Optional<TransactionView> transaction(String scope, String transactionId) {
        return queries.lsnOf(scope, transactionId).flatMap(this::transaction);
    }

    private TransactionView view(LogRecord record) {
        Map<String, Boolean> applied = new HashMap<>();
        for (Change.Cursor cursor : queries.cursors(record.content().subject().lane())) {
            applied.put(cursor.instance(), cursor.lsn() >= record.lsn());
        }
        return new TransactionView(record, queries.outcome(record.lsn()), applied);
    }

    /** The newest records, newest first, without bodies. */
    public List<LogRecord> recent(int limit) {
        return queries.newestRecords(limit);
    }

    /** The newest outcomes of one state, newest first: with {@code ABANDONED}, the dead letters. */
    public List<Change.Outcome> outcomes(TransactionState state, int limit) {
        return queries.outcomes(state, limit);
    }

    /** State → transactions of the last {@code hours}; reads all of them, so for people, not for probes. */
    public Map<TransactionState, Long> counts(int hours) {
        return queries.counts(hours);
    }

    /** Records above an LSN, counted up to {@code atMost}. */
    public long countAfter(long lsn, long atMost) {
        return queries.countAfter(lsn, atMost);
    }
}
