package org.chromaproxy.lane;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which ids a lane touched while it replayed onto a copy: the copy may have seen them in between, so they are
 * copied once more under a short hold. Confined to the loop of its group.
 */
final class Replay {
    private static final int MAX_IDS = 20_000;

    private final Set<String> ids = new HashSet<>();
    private @Nullable Lane tracked;
    private boolean overflow;

    Replay() {}

    void track(Lane lane) {
        tracked = lane;
        ids.clear();
        overflow = false;
    }

    void applied(Lane lane, OpKind kind, Footprint footprint) {
        if (lane != tracked) {
            return;
        }
        if (footprint instanceof Footprint.Ids named) {
            ids.addAll(named.ids());
        }
        // A filter deletes the same on both sides, but for records that another write in this stretch names. Any other
        // write whose ids are not known may have touched everything.
        boolean unknown = !(footprint instanceof Footprint.Ids) && kind != OpKind.DELETE;
        overflow |= unknown || ids.size() > MAX_IDS;
    }

    /** Whether somebody is to be told which ids a lane touches: then the lanes are needed, though nobody writes. */
    boolean isTracking() {
        return tracked != null;
    }

    /** Nobody asks for it any more. */
    void end() {
        tracked = null;
        ids.clear();
    }

    /** The ids named since tracking began, ending it; empty if there were too many to remember. */
    Optional<Set<String>> take() {
        tracked = null;
        Set<String> taken = Set.copyOf(ids);
        ids.clear();
        return overflow ? Optional.empty() : Optional.of(taken);
    }
}
