package org.chromaproxy.wal.owner;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.chromaproxy.wal.store.LogSession.Owner;
import org.chromaproxy.wal.store.OwnerTable;
import org.chromaproxy.wal.store.StoreException;
import org.chromaproxy.wal.store.Tenure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's standing towards the log: standing by until the log may be taken, then owner.
 *
 * <p>The log may be taken when its owner released it; when the owner was a process of this machine that is gone; or when
 * its heartbeat stood still for the lease and the settle time, by this process's own monotonic clock. Not thread-safe, but for {@link #owner}.
 */
public final class Ownership {
    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

    private final OwnerTable table;
    private final Processes processes;
    private final ProcessIdentity self;
    private final Lease lease;
    private final LongSupplier nanos;
    private volatile @Nullable Owner seen;
    private long seenSince;

    /** @param nanos monotonic clock, ns */
    public Ownership(OwnerTable table, Processes processes, Lease lease, LongSupplier nanos) {
        this.table = table;
        this.processes = processes;
        this.self = processes.self();
        this.lease = lease;
        this.nanos = nanos;
    }

    /**
     * Looks once whether the log may be taken, and takes it. To be called again, every second or so, while it is not.
     *
     * @return this process's turn as owner; empty while it stands by
     * @throws StoreException if PostgreSQL does not answer; whatever was observed before counts on
     */
    public Optional<Tenure> tryAcquire() {
        Owner now = table.read();
        if (!now.equals(seen)) {
            if (seen == null && !now.released()) {
                LOG.info("standing by: the log is owned by {}", now.owner());
            }
            seen = now;
            seenSince = nanos.getAsLong();
        }
        Optional<String> reason = reasonToTake(now);
        if (reason.isEmpty()) {
            return Optional.empty();
        }
        Optional<Tenure> taken = table.take(now, self.encode());
        taken.ifPresent(tenure -> LOG.info("log taken under epoch {}: {}", tenure.epoch(), reason.get()));
        return taken;
    }

    private Optional<String> reasonToTake(Owner now) {
        if (now.released()) {
            return Optional.of("it was free");
        }
        if (provablyDead(now.owner())) {
            return Optional.of("its owner, a process of this machine, is gone");
        }
        long still = nanos.getAsLong() - seenSince;
        if (still >= lease.length().plus(lease.settle()).toNanos()) {
            return Optional.of("its owner gave no sign of life for " + still / 1_000_000 + " ms");
        }
        return Optional.empty();
    }

    private boolean provablyDead(String owner) {
        ProcessIdentity other = ProcessIdentity.parse(owner).orElse(null);
        if (other == null || !self.sharesMachineWith(other) || other.startTicks() == Processes.UNKNOWN) {
            return false;
        }
        OptionalLong start = processes.startTicks(other.pid());
        return start.isEmpty() || (start.getAsLong() != Processes.UNKNOWN && start.getAsLong() != other.startTicks());
    }

    /** Who owned the log when it was last looked at; empty before that. */
    public String owner() {
        return seen == null ? "" : seen.owner();
    }

    /** Lets go at once; only after the last transaction and the last request of this turn. */
    public void release(Tenure tenure) {
        table.release(tenure);
    }
}
