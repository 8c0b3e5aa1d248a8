package org.chromaproxy.lane.collection;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.lane.Lane;
import org.chromaproxy.scan.Footprint;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which ids a lane touched while it replayed onto a copy: the copy may have seen them in between, so they are
 * copied once more under a short hold. Confined to the loop of its group.
 */
public final class Replay {
    private static final int MAX_IDS = 20_000;

    private final Set<String> ids = new HashSet<>();
    private @Nullable Lane tracked;
    private boolean overflow;

    Replay() {}

    public void track(Lane lane) {
        tracked = lane;
        ids.clear();
        overflow = false;
    }

    public void applied(Lane lane, Footprint footprint) {
        if (lane == tracked && footprint instanceof Footprint.Ids named) {
            ids.addAll(named.ids());
            overflow |= ids.size() > MAX_IDS;
        }
        // A filter deletes the same on both sides, but for records that another write in this stretch names.
    }

    /** The ids named since tracking began, ending it; empty if there were too many to remember. */
    public Optional<Set<String>> take() {
        tracked = null;
        Set<String> taken = Set.copyOf(ids);
        ids.clear();
        return overflow ? Optional.empty() : Optional.of(taken);
    }
}
