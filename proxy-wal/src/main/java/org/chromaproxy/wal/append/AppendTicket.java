package org.chromaproxy.wal.append;

/** One append on its way. Thread-safe. */
public interface AppendTicket {
    /**
     * Takes the append back if it is not in a commit: if the writer has not drained it yet, or lost the log before the
     * commit and is waiting for it to come back.
     *
     * @return true: it will never be logged nor executed, and the listener stays silent. False: it is in a commit, or
     *     done; its outcome is not known until the listener hears
     */
    boolean withdraw();

    /** Its LSN, or 0 while it waits in the queue. */
    long lsn();
}
