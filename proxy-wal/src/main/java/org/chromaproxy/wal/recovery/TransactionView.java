package org.chromaproxy.wal.recovery;

import java.util.Map;
import java.util.Optional;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.TransactionState;

/**
 * One transaction as far as the log knows it. The proxy's memory may know more: lazy cursors are up to 50 ms behind.
 *
 * @param record without its body
 * @param outcome its row, if the record is an exception or carries the client's own id
 * @param applied instance → whether its cursor has passed the record
 */
public record TransactionView(LogRecord record, Optional<Change.Outcome> outcome, Map<String, Boolean> applied) {
    /** The outcome's state; without one, completed when applied on some instance it is meant for. */
    public TransactionState state() {
        if (outcome.isPresent()) {
            return outcome.get().state();
        }
        String target = record.content().subject().target();
        boolean somewhere = target.isEmpty() ? applied.containsValue(true) : applied.getOrDefault(target, false);
        return somewhere ? TransactionState.COMPLETED : TransactionState.ATTEMPTING;
    }
}
