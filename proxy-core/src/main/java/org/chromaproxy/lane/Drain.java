package org.chromaproxy.lane;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.chromaproxy.catalog.CollectionEntry;

/**
 * Before a catalog record deletes collections on an instance, their lanes there finish what came before it and hold what
 * comes after; before it is decided, so does whoever leads them. Confined to the catalog lanes' loop.
 */
final class Drain {
    private final Lanes lanes;
    private final CatalogSteps steps;
    private final Map<Key, Raising> begun = new HashMap<>();

    private record Key(int instance, long lsn) {}

    Drain(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
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
        if (doomed.isEmpty()) {
            return true;
        }
        Raising raising = begun.get(key);
        if (raising == null) {
            raising = new Raising(lane, write, List.copyOf(doomed), gone);
            begun.put(key, raising);
            doomed.forEach(entry -> entry.touchedByCatalog(write.lsn()));
            raising.next();
        }
        return raising.reached;
    }

    /** The barriers of one record on one instance. They are raised some at a time, as lanes with something before them come into memory. */
    private final class Raising {
        private static final int AT_ONCE = 64;

        private final Lane lane;
        private final Key key;
        private final List<CollectionEntry> doomed;
        private final Deque<CollectionEntry> waiting;
        private final boolean decides;
        private final boolean gone;
        private int open;
        /** All of them are, and every lane stands there. */
        private boolean reached;
        /** The record is done there, or its lane has left. */
        private boolean over;

        Raising(Lane lane, Write write, List<CollectionEntry> doomed, boolean gone) {
            this.lane = lane;
            this.key = new Key(lane.index(), write.lsn());
            this.doomed = doomed;
            this.waiting = new ArrayDeque<>(doomed);
            this.decides = lanes.decides(lane, write);
            this.gone = gone;
        }

        void next() {
            while (!over && open < AT_ONCE && !waiting.isEmpty()) {
                raise(waiting.remove().publicId());
            }
            if (!over && open == 0 && waiting.isEmpty()) {
                reached = true;
                doomed.forEach(each -> each.gate().dropping(lane.index(), true));
                lanes.pump(lane);
            }
        }

        private void raise(UUID id) {
            open += decides ? 2 : 1;
            if (decides) {
                steps.collections().awaitLastWrites(id, key.lsn(), gone, this::one);
            }
            steps.collections().barrier(id, lane.index(), key.lsn(), this::one);
        }

        private void one() {
            lanes.io().execute(() -> {
                open--;
                next();
            });
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
        Raising raising = begun.remove(key);
        if (raising != null) {
            raising.over = true;
            raising.doomed.forEach(entry -> {
                entry.gate().dropping(lane.index(), false);
                steps.collections().release(entry.publicId(), lane.index());
            });
        }
    }
}
