package org.chromaproxy.wal.recovery;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.TransactionState;
import org.chromaproxy.wal.store.query.LogQueries;
import org.chromaproxy.wal.store.query.OperatorSql;
import org.chromaproxy.wal.store.query.OperatorSql.Failure;
import org.chromaproxy.wal.store.query.OperatorSql.StateSummary;

/** The log as operators ask for it. */
public final class OperatorQueries {
    private final LogQueries queries;
    private final OperatorSql operator;

    public OperatorQueries(LogQueries queries) {
        this.queries = queries;
        this.operator = new OperatorSql(queries);
    }

    public Optional<TransactionView> transaction(long lsn) {
        return queries.record(lsn).map(this::view);
    }

    /**
     * Whether there is a record with that LSN of one of these tenants: one question, which costs the same for a record of
     * another tenant and for none.
     */
    public boolean isOf(long lsn, Collection<String> tenants) {
        return operator.isOf(lsn, tenants);
    }

    /** By the client's own transaction id. */
    public Optional<TransactionView> transaction(String scope, String transactionId) {
        return queries.lsnOf(scope, transactionId).flatMap(this::transaction);
    }

    /** What was logged under a client's own transaction id; its record need not be in the log any more. */
    public Optional<LogQueries.Holder> holder(String scope, String transactionId) {
        return queries.holderOf(scope, transactionId);
    }

    /** The stored outcome of a record, which need not be in the log any more. */
    public Optional<Change.Outcome> outcome(long lsn) {
        return queries.outcome(lsn);
    }

    /** The LSNs that carry this transaction id of a client's: several when clients of several scopes chose the same. */
    public List<Long> lsnsOf(String transactionId) {
        return operator.lsnsOf(transactionId);
    }

    /** When the outcome of a record was last written; empty for a record without one of its own. */
    public Optional<Instant> outcomeTime(long lsn) {
        return operator.outcomeTime(lsn);
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

    /** The transactions made since then, by state. Reads all of them, so for people and dashboards, not for probes. */
    public List<StateSummary> summary(Instant since) {
        return operator.summary(since);
    }

    /** The newest records given up or failed by every instance, newest first; not those refused for the client's fault. */
    public List<Failure> failures(int limit) {
        return operator.failures(limit);
    }

    /** How many of these have failed since then. */
    public long failuresSince(Instant since) {
        return operator.failuresSince(since);
    }

    /** How many records have an outcome of that state. */
    public long count(TransactionState state) {
        return operator.count(state);
    }

    /** Public id → when its mapping was last stored. */
    public Map<UUID, Instant> mappingTimes(Collection<UUID> publicIds) {
        return operator.mappingTimes(publicIds);
    }

    /** State → transactions of the last {@code hours}; reads all of them, so for people, not for probes. */
    Map<TransactionState, Long> counts(int hours) {
        return queries.counts(hours);
    }

    /** Records above an LSN, counted up to {@code atMost}. */
    long countAfter(long lsn, long atMost) {
        return queries.countAfter(lsn, atMost);
    }
}
