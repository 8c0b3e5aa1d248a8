package org.chromaproxy.lane;

import java.util.List;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.wal.record.Change;

/**
 * What a record changes in the log once an instance has executed it: it is committed with the cursor of that lane.
 *
 * @param edits of mappings
 * @param others changes beside those
 * @param durable called once on the group's loop when all of it is durable, before the record leaves the lane
 */
record Effects(List<MappingEdit> edits, List<Change> others, Runnable durable) {
    /** Nothing but the cursor. */
    static final Effects NONE = new Effects(List.of(), List.of(), () -> {});

    Effects {
        edits = List.copyOf(edits);
        others = List.copyOf(others);
    }
}
