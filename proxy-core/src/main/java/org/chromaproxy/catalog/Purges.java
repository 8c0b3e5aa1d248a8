package org.chromaproxy.catalog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;

/**
 * Which deleted collections instances still hold, to be purged there, and which collections need none of that. Chroma 1.5.9
 * leaves the rows of array-valued metadata behind with a deleted collection, and records that come later inherit them.
 *
 * <p>Thread-safe. Holds what is durable, except {@link #flat} which ends before that is.
 */
public final class Purges {
    /** What a deleted collection is called until it is purged; a client can make none of that name. */
    public static final String PREFIX = ReservedNames.DELETED;

    private static final int REMEMBERED = 4_096;

    private record Key(String instance, UUID instanceId) {}

    private final Map<UUID, Boolean> flat = new ConcurrentHashMap<>();
    private final Map<Key, Change.Purge> pending = new ConcurrentHashMap<>();

    /** Those that ended last. */
    private final Map<Key, Boolean> ended = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    Purges() {}

    /** Where a deleted collection is put aside. */
    public static Mapping.Path hidden(CollectionEntry entry) {
        return new Mapping.Path(entry.path().tenant(), entry.path().database(), PREFIX + entry.publicId());
    }

    /** What is to be purged of a deleted collection that the instance has in that place. */
    public static Change.Purge purge(CollectionEntry entry, Instance instance, Mapping.Place place) {
        return new Change.Purge(instance.name(), place.instanceId(), hidden(entry));
    }

    /** Whether none of its records ever had array-valued metadata; false if that is not known. */
    public boolean flat(UUID publicId) {
        return flat.containsKey(publicId);
    }

    /** See {@link #flat}; also of a collection that is gone everywhere. */
    public void flat(UUID publicId, boolean known) {
        if (known) {
            flat.put(publicId, true);
        } else {
            flat.remove(publicId);
        }
    }

    /** An instance holds a deleted collection. */
    public void add(Change.Purge purge) {
        pending.put(new Key(purge.instance(), purge.instanceId()), purge);
    }

    /** It does so no longer. */
    public void remove(String instance, UUID instanceId) {
        Key key = new Key(instance, instanceId);
        ended.put(key, true);
        pending.remove(key);
    }

    /**
     * Whether that is a deleted collection, or was until lately: a list of what an instance holds may have been read before it
     * was purged. No other collection ever has that id.
     */
    public boolean held(Instance instance, UUID instanceId) {
        Key key = new Key(instance.name(), instanceId);
        return pending.containsKey(key) || ended.containsKey(key);
    }

    /** What that instance holds, in no order. */
    public List<Change.Purge> of(Instance instance) {
        return pending.values().stream()
                .filter(purge -> purge.instance().equals(instance.name()))
                .toList();
    }

    /** What that instance holds in one database. */
    public List<Change.Purge> in(Instance instance, String tenant, String database) {
        return of(instance).stream()
                .filter(purge -> purge.hidden().tenant().equals(tenant)
                        && purge.hidden().database().equals(database))
                .toList();
    }
}
