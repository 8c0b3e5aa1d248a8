package org.chromaproxy.wal;

import org.chromaproxy.wal.append.WriterSettings;
import org.chromaproxy.wal.owner.Lease;
import org.chromaproxy.wal.recovery.Retention;
import org.chromaproxy.wal.store.DatabaseTarget;

/** Everything that can be set about the log. */
public record WalConfig(DatabaseTarget database, WriterSettings writer, Lease lease, Retention.Terms retention) {
    public WalConfig {
        if (writer.heartbeat().multipliedBy(2).compareTo(lease.length()) > 0) {
            throw new IllegalArgumentException("the lease must be at least two heartbeats long");
        }
    }

    /** A log in this database, everything else as by default. */
    public static WalConfig of(DatabaseTarget database) {
        return new WalConfig(database, WriterSettings.DEFAULT, Lease.DEFAULT, Retention.Terms.DEFAULT);
    }
}
