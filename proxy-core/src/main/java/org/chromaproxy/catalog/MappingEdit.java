package org.chromaproxy.catalog;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;

/**
 * One change of a mapping. A mapping is stored whole, and several lanes change parts of it at once: so each says what it
 * changes, and that is done to whatever the mapping is by then.
 *
 * @param base the mapping as the one who makes the change knows it; taken if the catalog does not know the collection
 */
public record MappingEdit(Mapping base, UnaryOperator<Mapping> edit) {
    /** A collection that is new. */
    public static MappingEdit create(Mapping mapping) {
        return new MappingEdit(mapping, UnaryOperator.identity());
    }

    /** What is known of it on one instance. */
    public static MappingEdit place(CollectionEntry entry, Instance instance, Place place) {
        return places(entry, Map.of(instance, place));
    }

    /** What is known of it on several instances. */
    public static MappingEdit places(CollectionEntry entry, Map<Instance, Place> changed) {
        return new MappingEdit(entry.mapping(), now -> {
            Map<String, Place> places = new HashMap<>(now.places());
            changed.forEach((instance, place) -> places.put(instance.name(), place));
            return with(now, now.path(), now.deletedLsn(), places);
        });
    }

    /** That it does not live on one instance. */
    public static MappingEdit unplace(CollectionEntry entry, Instance instance) {
        return new MappingEdit(entry.mapping(), now -> {
            Map<String, Place> places = new HashMap<>(now.places());
            places.remove(instance.name());
            return with(now, now.path(), now.deletedLsn(), places);
        });
    }

    /** Its name. */
    public static MappingEdit name(CollectionEntry entry, String name) {
        return new MappingEdit(entry.mapping(), now -> {
            Mapping.Path path = new Mapping.Path(now.path().tenant(), now.path().database(), name);
            return with(now, path, now.deletedLsn(), now.places());
        });
    }

    /** That it is deleted. */
    public static MappingEdit deleted(CollectionEntry entry, long lsn) {
        return new MappingEdit(entry.mapping(), now -> with(now, now.path(), lsn, now.places()));
    }

    private static Mapping with(Mapping now, Mapping.Path path, long deletedLsn, Map<String, Place> places) {
        return new Mapping(now.publicId(), path, now.createdLsn(), deletedLsn, now.createdAt(), places);
    }

    UUID publicId() {
        return base.publicId();
    }
}
