package org.chromaproxy.wal.record;

/** The states of a transaction as operators read them (operator-api.md). */
public enum TransactionState {
    /** Logged; the outcome is not known yet. */
    ATTEMPTING,
    COMPLETED,
    /** Refused for good, with the reason. */
    FAILED,
    /** No instance could take it yet; it will be executed. */
    PENDING_RECOVERY,
    /** Executed by recovery. */
    RECOVERED,
    /** Given up: in the dead letters. */
    ABANDONED
}
