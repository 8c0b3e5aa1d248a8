package org.chromaproxy.lane.collection;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.chromaproxy.scan.Footprint;

/**
 * What one instance applied since its witness was last read back from it: a server that lost its last seconds (its disk's
 * cache, a snapshot) would lack just that. Some seconds of ids. Confined to the loop of its group.
 */
final class RecentWrites {
    /** Beyond this many ids the older ones are told as everything: memory stays bounded. */
    private static final int MAX_IDS = 20_000;

    private record Applied(long lsn, Footprint touched) {}

    private final ArrayDeque<Applied> writes = new ArrayDeque<>();
    private int ids;
    private long overflowedAt;

    /** @param witnessed the LSN that the witness carried when it was last read back */
    void add(long lsn, Footprint touched, long witnessed) {
        forget(witnessed);
        writes.add(new Applied(lsn, touched));
        ids += size(touched);
        while (ids > MAX_IDS) {
            Applied dropped = writes.remove();
            ids -= size(dropped.touched);
            overflowedAt = dropped.lsn;
        }
    }

    /** Forgets what is on the instance's disk for certain. */
    void forget(long witnessed) {
        while (!writes.isEmpty() && writes.getFirst().lsn <= witnessed) {
            ids -= size(writes.remove().touched);
        }
    }

    boolean none(long witnessed) {
        forget(witnessed);
        return writes.isEmpty() && overflowedAt <= witnessed;
    }

    /** Passes on, and forgets, all that may be missing after an outage. */
    void drain(long witnessed, Consumer<Footprint> suspect) {
        forget(witnessed);
        if (overflowedAt > witnessed) {
            suspect.accept(new Footprint.Everything("much was applied shortly before the outage"));
        }
        writes.forEach(write -> suspect.accept(write.touched));
        writes.clear();
        ids = 0;
        overflowedAt = 0;
    }

    private static int size(Footprint touched) {
        return switch (touched) {
            case Footprint.Ids named -> named.ids().size();
            case Footprint.Everything _, Footprint.Names _ -> 1;
        };
    }
}
