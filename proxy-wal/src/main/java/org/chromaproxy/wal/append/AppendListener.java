package org.chromaproxy.wal.append;

import org.chromaproxy.wal.record.LogRecord;

/** Hears what became of one append. Exactly one method is called, once, on the writer thread. */
public interface AppendListener {
    /** The record is durable; it may now be routed. */
    void committed(LogRecord record);

    /**
     * The client's transaction id was used before: nothing was logged.
     *
     * @param lsn of the record that holds the id
     * @param sameRequest whether its digest equals this request's
     */
    void duplicate(long lsn, boolean sameRequest);

    /**
     * PostgreSQL cannot hold the record, now or later: nothing was logged and nothing will be executed. Its words are in the
     * proxy's own log only: a client that hears a database's messages learns what is behind the proxy.
     */
    default void refused() {
        failed("the log cannot hold it");
    }

    /**
     * Nothing was logged and nothing will be executed: the log is closed, or this proxy lost ownership of it.
     * Not called for a withdrawn append.
     */
    void failed(String reason);

    /**
     * The record may be durable, and then the log's next owner will execute it; this process must not. Happens only when
     * the log is lost to another owner, or closed, while a commit is unanswered. Nothing may be told but "unknown".
     */
    default void unknown(String reason) {}
}
