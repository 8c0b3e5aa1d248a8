package org.chromaproxy.wal.store;

import org.chromaproxy.wal.store.LogSession.Owner;

/**
 * One process's turn as owner of the log.
 *
 * @param from the owner row as it was when this process took the log
 * @param owner this process, as told in the owner row; no other process ever calls itself so
 */
public record Tenure(Owner from, String owner) {
    /** The fencing epoch. Two processes may get the same one if PostgreSQL forgets a commit: compare the owner too. */
    public long epoch() {
        return from.epoch() + 1;
    }

    /** Whether the owner row says that this is the log's owner. */
    public boolean holds(Owner row) {
        return row.epoch() == epoch() && row.owner().equals(owner) && !row.released();
    }
}
