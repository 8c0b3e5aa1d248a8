package org.chromaproxy.lane.catalog;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.lane.Lane;
import org.chromaproxy.lane.write.Write;

/**
 * Before a catalog record deletes collections on an instance, their lanes there finish what came before it and hold what
 * comes after; before it is decided, so does whoever leads them. Confined to the catalog lanes' loop.
 */
final class Drain {
    private final CatalogLanes lanes;
    private final Set<Key> reached = new HashSet<>();
    private final Map<Key, List<CollectionEntry>> begun = new HashMap<>();

    private record Key(int instance, long lsn) {}

    Drain(CatalogLanes lanes) {
        this.lanes = lanes;
    }

    boolean done(Lane lane, Write write, Collection<CollectionEntry> doomed) {
        return done(lane, write, doomed, false);
    }

    /**
     * Whether the lanes of these collections stand at the record; if not, the lane is pumped once they do.
     *
     * @param gone whether no instance holds them any more: then nothing that is undecided is waited for
     */
    boolean done(Lane lane, Write write, Collection<CollectionEntry> doomed, boolean gone) {
        Key key = new Key(lane.index(), write.lsn());
        if (doomed.isEmpty() || reached.contains(key)) {
            return true;
        }
        if (begun.putIfAbsent(key, List.copyOf(doomed)) == null) {
            boolean decides = lanes.decides(lane, write);
            AtomicInteger left = new AtomicInteger(doomed.size() * (decides ? 2 : 1));
            Runnable one = () -> {
                if (left.decrementAndGet() == 0) {
                    lanes.io().execute(() -> reached(lane, key));
                }
            };
            for (CollectionEntry entry : doomed) {
                entry.touchedByCatalog(write.lsn());
                UUID id = entry.publicId();
                if (decides) {
                    lanes.collections().awaitLastWrites(id, write.lsn(), gone, one);
                }
                lanes.collections().barrier(id, lane.index(), write.lsn(), one);
            }
        }
        return false;
    }

    private void reached(Lane lane, Key key) {
        List<CollectionEntry> doomed = begun.get(key);
        // It may have been released meanwhile.
        if (doomed != null && reached.add(key)) {
            doomed.forEach(each -> each.gate().dropping(lane.index(), true));
            lanes.pump(lane);
        }
    }

    /** The lane has left: nothing will be done there. */
    void forget(Lane lane) {
        List<Key> open = begun.keySet().stream()
                .filter(key -> key.instance() == lane.index())
                .toList();
        open.forEach(key -> release(lane, key));
    }

    /** The record is done on that instance, one way or the other: the lanes go on. */
    void release(Lane lane, Write write) {
        release(lane, new Key(lane.index(), write.lsn()));
    }

    private void release(Lane lane, Key key) {
        reached.remove(key);
        List<CollectionEntry> doomed = begun.remove(key);
        if (doomed != null) {
            doomed.forEach(entry -> {
                entry.gate().dropping(lane.index(), false);
                lanes.collections().release(entry.publicId(), lane.index());
            });
        }
    }
}
