package org.chromaproxy.lane;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.chromaproxy.scan.Footprint;

/**
 * What one instance applied since the last witness was put on it that it cannot lose unnoticed: a server that lost its last
 * seconds (its disk's cache, a snapshot) would lack just that. Some seconds of ids. What counts is when it was applied, whatever the LSN: a
 * follower may apply a record long after the log's end has passed it. Confined to the loop of its group.
 */
final class RecentWrites {
    /** Beyond this many ids the older ones are told as everything: memory stays bounded. */
    private static final int MAX_IDS = 20_000;

    /** @param witness LSN that the latest witness names that may have been on the instance by then */
    private record Applied(long witness, Footprint touched) {}

    private final ArrayDeque<Applied> writes = new ArrayDeque<>();
    private int ids;
    /** Of the last one that is told as everything; -1 for none. */
    private long overflowedAt = -1;

    /**
     * @param witness {@link org.chromaproxy.instance.Instance#witnessing()}, read when the answer is there
     * @param witnessed {@link org.chromaproxy.instance.Instance#witnessed()}
     */
    void add(long witness, Footprint touched, long witnessed) {
        forget(witnessed);
        writes.add(new Applied(witness, touched));
        ids += size(touched);
        while (ids > MAX_IDS) {
            Applied dropped = writes.remove();
            ids -= size(dropped.touched);
            overflowedAt = dropped.witness;
        }
    }

    /** Forgets what is on the instance's disk for certain: it was applied before that witness was sent. */
    void forget(long witnessed) {
        while (!writes.isEmpty() && writes.getFirst().witness < witnessed) {
            ids -= size(writes.remove().touched);
        }
    }

    boolean none(long witnessed) {
        forget(witnessed);
        return writes.isEmpty() && overflowedAt < witnessed;
    }

    /**
     * Passes on all that may be missing after an outage. It is not forgotten: a server may come back with it, and lose it the next time, as
     * long as no witness was written in between.
     */
    void missing(long witnessed, Consumer<Footprint> suspect) {
        forget(witnessed);
        if (overflowedAt >= witnessed) {
            suspect.accept(new Footprint.Everything("much was applied shortly before the outage"));
        }
        writes.forEach(write -> suspect.accept(write.touched));
    }

    private static int size(Footprint touched) {
        return switch (touched) {
            case Footprint.Ids named -> named.ids().size();
            case Footprint.Everything _, Footprint.Names _ -> 1;
        };
    }
}
