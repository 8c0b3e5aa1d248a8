package org.chromaproxy.wal.append;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.NewRecord;

/** The log as the proxy's data path sees it. All methods may be called from any thread and never block. */
public interface WriteAheadLog {
    /**
     * Queues a record.
     *
     * @return empty when the queue is at its bound of entries or bytes: nothing was queued and the listener stays silent
     */
    Optional<AppendTicket> append(NewRecord record, AppendListener listener);

    /**
     * Queues changes that belong together: they commit in one transaction, after everything this thread submitted before.
     *
     * @param urgent whether to commit at once; otherwise they ride with the next transaction, at the latest after 50 ms
     */
    void submit(List<? extends Change> changes, boolean urgent, ChangeListener listener);

    /**
     * The same for changes that no other can make impossible.
     *
     * @param onDurable called on the writer thread once they are durable; never called if this proxy loses ownership
     */
    default void submit(List<? extends Change> changes, boolean urgent, Runnable onDurable) {
        submit(changes, urgent, ChangeListener.of(onDurable, reason -> {}));
    }

    /** Whether the log takes and commits records now. */
    LogState state();

    /**
     * When the last batch was drained, so that its transaction could begin, by {@link System#nanoTime}: for listeners that
     * are told of it, on the writer thread.
     */
    long batchBegunNanos();

    /** Highest LSN known to be durable. */
    long durableLsn();

    /**
     * Hears what became of one group of changes. At most one method is called, once, on the writer thread; none if this proxy
     * loses the log first.
     */
    interface ChangeListener {
        /** All of them are durable. */
        void durable();

        /**
         * PostgreSQL refuses one of them for good, such as a name that another mapping has taken: none of the group is
         * durable, nor will be.
         *
         * @param reason for people, without PostgreSQL's own words
         */
        void refused(String reason);

        /** A listener made of two callbacks. */
        static ChangeListener of(Runnable durable, Consumer<String> refused) {
            return new ChangeListener() {
                @Override
                public void durable() {
                    durable.run();
                }

                @Override
                public void refused(String reason) {
                    refused.accept(reason);
                }
            };
        }
    }

    /** One append on its way. Thread-safe. */
    interface AppendTicket {
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
}
