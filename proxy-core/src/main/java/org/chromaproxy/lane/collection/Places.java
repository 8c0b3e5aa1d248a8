package org.chromaproxy.lane.collection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.LaneGroup;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;

/** Changes what is known of a collection on some instances: durable first, then in the catalog. */
final class Places {
    private final LaneGroup group;
    private final CollectionEntry entry;

    Places(LaneGroup group, CollectionEntry entry) {
        this.group = group;
        this.entry = entry;
    }

    /**
     * A mapping is stored whole, and others may be changing another part of it: what was stored without their change is
     * stored again.
     *
     * @param with changes to commit together with it
     * @param then runs on the group's loop once it is durable and known
     */
    void store(Map<Instance, Place> places, List<? extends Change> with, Runnable then) {
        Mapping mapping = entry.withPlaces(places);
        List<Change> changes = new ArrayList<>(with);
        changes.add(new Change.PutMapping(mapping));
        group.services()
                .log()
                .submit(
                        changes,
                        true,
                        () -> group.loop().execute(() -> {
                            Mapping now = entry.withPlaces(places);
                            group.services().catalog().put(now);
                            then.run();
                            if (!now.equals(mapping)) {
                                store(places, List.of(), () -> {});
                            }
                        }));
    }
}
