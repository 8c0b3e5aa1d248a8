package org.chromaproxy.wal.append;

/** Whether the log can commit. */
public enum LogState {
    /** Connected, owner, committing. */
    OPEN,
    /** PostgreSQL does not answer; appends wait in the queue, bounded. */
    UNAVAILABLE,
    /** Another proxy owns the log now. Final: nothing is committed or routed any more by this process. */
    FENCED,
    /** PostgreSQL came back without records that memory holds no more either; nothing is routed until a restart. */
    TRUNCATED,
    CLOSED
}
