package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;

/** Where the lanes of a collection begin that was not made through the proxy, or is to be known anew. Any thread. */
public final class TakeOvers {
    private final WriteAheadLog log;
    private final RestoredLanes restored;

    TakeOvers(WriteAheadLog log, RestoredLanes restored) {
        this.log = log;
        this.restored = restored;
    }

    /**
     * What takes over a collection that the catalog does not know, to be committed together. An earlier one may have had its id: of
     * that nobody leads, and its records, which are in the log under the same id, are behind every cursor. Else they would be sent
     * again. Once these are durable, {@link #begin} is to be told, and then the catalog.
     *
     * @param lead who leads it, if that is not the first instance that holds it
     */
    public List<Change> changes(Mapping mapping, Optional<Change.Lead> lead) {
        long end = log.durableLsn();
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.DropMapping(mapping.publicId()));
        changes.add(new Change.PutMapping(mapping));
        lead.ifPresent(changes::add);
        mapping.places()
                .keySet()
                .forEach(instance -> changes.add(new Change.Cursor(mapping.publicId(), instance, end)));
        return changes;
    }

    /** The lanes of a collection that is {@linkplain #changes taken over} by these changes begin where they say. */
    public void begin(List<Change> changes) {
        for (Change change : changes) {
            if (change instanceof Change.Cursor cursor) {
                restored.add(cursor);
            }
        }
    }
}
