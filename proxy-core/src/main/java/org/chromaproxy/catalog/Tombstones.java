package org.chromaproxy.catalog;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.chromaproxy.wal.record.Mapping;

/**
 * Collections whose deletion is decided, until no instance has it before it any more; found by id, by an instance's id, and by
 * the LSN of the deletion, without a look at the others. Changed by one thread at a time, read by any.
 */
final class Tombstones {
    private final ConcurrentSkipListMap<Key, CollectionEntry> entries = new ConcurrentSkipListMap<>(
            Comparator.comparingLong(Key::deletedLsn).thenComparing(Key::id));
    private final Map<UUID, Kept> kept = new ConcurrentHashMap<>();
    /** By the id that an instance has for it. */
    private final Map<UUID, CollectionEntry> held = new ConcurrentHashMap<>();

    /** @param held the ids that instances have for it */
    private record Kept(Key key, Set<UUID> held) {}

    private record Key(long deletedLsn, UUID id) {
        /** Not behind any of that LSN. */
        static Key first(long deletedLsn) {
            return new Key(deletedLsn, new UUID(Long.MIN_VALUE, Long.MIN_VALUE));
        }
    }

    /** Takes in an entry that is deleted by now, or takes note that its deletion is another one. */
    void put(CollectionEntry entry) {
        remove(entry.publicId());
        Key key = new Key(entry.deletedLsn(), entry.publicId());
        Set<UUID> ids = entry.mapping().places().values().stream()
                .map(Mapping.Place::instanceId)
                .collect(Collectors.toSet());
        entries.put(key, entry);
        ids.forEach(id -> held.put(id, entry));
        kept.put(entry.publicId(), new Kept(key, ids));
    }

    Optional<CollectionEntry> get(UUID publicId) {
        return Optional.ofNullable(kept.get(publicId)).map(Kept::key).map(entries::get);
    }

    /** The one that an instance has under that id. */
    Optional<CollectionEntry> holding(UUID instanceId) {
        return Optional.ofNullable(held.get(instanceId));
    }

    Optional<CollectionEntry> remove(UUID publicId) {
        Optional<Kept> known = Optional.ofNullable(kept.remove(publicId));
        known.map(Kept::held).ifPresent(held.keySet()::removeAll);
        return known.map(Kept::key).map(entries::remove);
    }

    /** Those that the record with that LSN deleted. */
    List<CollectionEntry> by(long lsn) {
        return List.copyOf(between(lsn - 1, lsn));
    }

    /** Those whose deletion is above {@code after} and not above {@code last}, the oldest first; a view of what changes. */
    Collection<CollectionEntry> between(long after, long last) {
        return after >= last
                ? List.of()
                : entries.subMap(Key.first(after + 1), Key.first(last + 1)).values();
    }

    /** All of them, the oldest deletion first; a view of what changes. */
    Collection<CollectionEntry> all() {
        return entries.values();
    }
}
