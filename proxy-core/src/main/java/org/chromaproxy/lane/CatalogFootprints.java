package org.chromaproxy.lane;

import io.netty.handler.codec.http.HttpMethod;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.route.Routes;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Subject;

/**
 * Which names and collections a catalog record changes, as far as that follows from the record and the catalog. Whatever
 * touches more than a collection and its name, or is addressed to one instance, conflicts with every other record; so does a
 * rename on a follower, where the catalog no longer knows the name it replaces. Confined to the catalog lanes' loop.
 */
final class CatalogFootprints {
    private static final Footprint ALL = new Footprint.Everything("a catalog record");
    /** No name holds it. */
    private static final char END = '\0';

    private final Catalog catalog;

    CatalogFootprints(Catalog catalog) {
        this.catalog = catalog;
    }

    Footprint of(Write write) {
        if (write.targeted()) {
            return ALL;
        }
        return switch (write.kind()) {
            case CREATE_COLLECTION -> {
                Keys keys = new Keys(write);
                keys.name(write.subject().name());
                yield keys.footprint();
            }
            case MODIFY_COLLECTION -> modify(write);
            case DELETE_COLLECTION -> delete(write);
            // Its name is in its body.
            case CREATE_DATABASE -> new Footprint.Names(Set.of(tenant(write.subject())), Set.of());
            default -> ALL;
        };
    }

    private Footprint modify(Write write) {
        Keys keys = new Keys(write);
        String newName = write.subject().name();
        if (!newName.isEmpty()) {
            if (write.decided()) {
                return ALL;
            }
            keys.name(newName);
        }
        return keys.footprint();
    }

    private Footprint delete(Write write) {
        if (write.record().content().request().method().equals(DeleteOp.FORGET)) {
            return ALL;
        }
        Keys keys = new Keys(write);
        Subject subject = write.subject();
        String reference = Routes.classify(
                        HttpMethod.DELETE, write.record().content().request().path())
                .collection()
                .text();
        if (!subject.name().isEmpty()) {
            keys.name(subject.name());
        }
        keys.name(reference);
        CollectionIds.parse(reference).ifPresent(keys::id);
        catalog.resolveName(subject.tenant(), subject.database(), reference).ifPresent(keys::entry);
        catalog.deletedBy(write.lsn()).forEach(keys::entry);
        return keys.footprint();
    }

    private static String tenant(Subject subject) {
        return subject.tenant() + END;
    }

    private static String database(String tenant, String database) {
        return tenant + END + database + END;
    }

    /** What one record changes; begins with the collection that it is about. */
    private final class Keys {
        private final Subject subject;
        private final Set<String> changed = new HashSet<>();
        private final Set<String> containers = new HashSet<>();

        Keys(Write write) {
            subject = write.subject();
            containers.add(tenant(subject));
            containers.add(database(subject.tenant(), subject.database()));
            UUID about = subject.collection();
            if (!about.equals(Subject.CATALOG)) {
                id(about);
                catalog.known(about).ifPresent(this::entry);
            }
        }

        void name(String name) {
            path(new Mapping.Path(subject.tenant(), subject.database(), name));
        }

        void path(Mapping.Path path) {
            changed.add(database(path.tenant(), path.database()) + path.name() + END);
        }

        void id(UUID id) {
            changed.add(END + id.toString());
        }

        void entry(CollectionEntry entry) {
            id(entry.publicId());
            path(entry.path());
        }

        Footprint footprint() {
            return new Footprint.Names(changed, containers);
        }
    }
}
