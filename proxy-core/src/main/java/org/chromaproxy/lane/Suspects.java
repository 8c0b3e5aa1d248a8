package org.chromaproxy.lane;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.chromaproxy.scan.Footprint;

/** The records one instance may hold otherwise than the log says. Confined to the loop of its group. */
final class Suspects {
    /** Beyond this many the whole collection is suspect: memory stays bounded. */
    private static final int MAX_IDS = 10_000;

    private final Set<String> ids = new HashSet<>();
    private boolean everything;
    private boolean lost;

    /** What the instance had answered, and may have come back without. */
    void addLost(Footprint touched) {
        add(touched);
        // A delete may name nothing, and so leave nothing to be compared.
        lost |= !(touched instanceof Footprint.Ids named && named.ids().isEmpty());
    }

    /** Whether it may lack what it had answered, and not only what it has still to be sent again. */
    boolean mayLack() {
        return lost;
    }

    void add(Footprint touched) {
        switch (touched) {
            case Footprint.Everything _, Footprint.Names _ -> everything = true;
            case Footprint.Ids named -> ids.addAll(named.ids());
        }
        if (everything || ids.size() > MAX_IDS) {
            everything = true;
            ids.clear();
        }
    }

    boolean none() {
        return !everything && ids.isEmpty();
    }

    Footprint all() {
        return everything ? new Footprint.Everything("in doubt") : new Footprint.Ids(List.copyOf(ids));
    }

    void clear() {
        ids.clear();
        everything = false;
        lost = false;
    }
}
