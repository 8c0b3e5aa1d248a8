package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingChanges;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.Place;

/** Changes what is known of a collection on some instances: durable first, then in the catalog. */
final class Places {
    private final Lanes group;
    private final CollectionEntry entry;

    Places(Lanes group, CollectionEntry entry) {
        this.group = group;
        this.entry = entry;
    }

    /**
     * Stores them; tried again with the mapping of then if the log refuses.
     *
     * @param with changes to commit together with it
     * @param then runs on the group's loop once it is durable and known
     */
    void store(Map<Instance, Place> places, List<? extends Change> with, Runnable then) {
        MappingChanges changes = group.services().catalog().changes();
        changes.begin(List.of(MappingEdit.places(entry, places)), begun -> {
            List<Change> all = new ArrayList<>(with);
            all.add(new Change.PutMapping(begun.getFirst().mapping()));
            ChangeListener listener = ChangeListener.of(
                    () -> {
                        changes.durable(begun);
                        group.io().execute(then);
                    },
                    reason -> {
                        changes.refused(begun);
                        group.io().execute(() -> store(places, with, then));
                    });
            group.services().log().submit(all, true, listener);
        });
    }
}
