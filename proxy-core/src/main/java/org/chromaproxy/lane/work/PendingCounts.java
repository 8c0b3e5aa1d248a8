package org.chromaproxy.lane.work;

import java.util.concurrent.atomic.AtomicLongArray;
import org.chromaproxy.instance.Instance;

/** What each instance has still to apply. Thread-safe; the figures of one instance are not read as one. */
public final class PendingCounts {
    private final AtomicLongArray records;
    private final AtomicLongArray bytes;

    public PendingCounts(int instances) {
        this.records = new AtomicLongArray(instances);
        this.bytes = new AtomicLongArray(instances);
    }

    /** That instance has more, or with negative figures less, before it. */
    public void add(Instance instance, long moreRecords, long moreBytes) {
        records.addAndGet(instance.index(), moreRecords);
        bytes.addAndGet(instance.index(), moreBytes);
    }

    /** Records logged and not applied there, those of diverged places aside. */
    public long records(Instance instance) {
        return Math.max(0, records.get(instance.index()));
    }

    /** Bytes of their bodies. */
    public long bytes(Instance instance) {
        return Math.max(0, bytes.get(instance.index()));
    }

    /** Of the instance that is farthest behind. */
    public long most() {
        long most = 0;
        for (int i = 0; i < records.length(); i++) {
            most = Math.max(most, records.get(i));
        }
        return most;
    }
}
