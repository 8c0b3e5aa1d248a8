package org.chromaproxy.lane;

import java.util.concurrent.TimeUnit;

/** The leader's lane of a collection, stopped for a copy for as long as that renews its lease. Confined to the lanes' loop. */
final class LeaderStop {
    private final RecordLanes group;
    private final int leader;
    private final long leaseNanos;
    private long until;
    private boolean kept;
    private boolean over;

    /** Stops it. */
    LeaderStop(RecordLanes group, int leader, long leaseMs) {
        this.group = group;
        this.leader = leader;
        this.leaseNanos = TimeUnit.MILLISECONDS.toNanos(leaseMs);
        group.group().lane(leader).hold(true);
        renew();
        watch();
    }

    int leader() {
        return leader;
    }

    /** The lease begins anew; false if it is over. */
    boolean renew() {
        until = group.io().nanoTime() + leaseNanos;
        return !over;
    }

    /** It needs no lease any more: somebody ends it for certain; false if it is over. */
    boolean keep() {
        kept = true;
        return !over;
    }

    void end() {
        if (!over) {
            over = true;
            group.unhold(leader);
        }
    }

    private void watch() {
        long left = until - group.io().nanoTime();
        if (over || kept) {
            return;
        }
        if (left <= 0) {
            end();
        } else {
            group.io().schedule(this::watch, left, TimeUnit.NANOSECONDS);
        }
    }
}
