package org.chromaproxy.lane;

import io.netty.handler.codec.http.HttpMethod;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.route.Routes;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;

/**
 * What each undecided catalog record may delete. What is logged behind it of such a collection is decided behind it, though its lane is
 * another. A deletion finds its collection by the name that has when its turn comes: one that is on the way to that name, or is still
 * to be made, counts, too.
 * Records are told in LSN order by one thread; they are decided on any.
 */
final class Deletions {
    private final Catalog catalog;
    private final Instances instances;
    private final Map<Long, List<CollectionEntry>> doomed = new ConcurrentHashMap<>();
    private final Map<Long, Renaming> renamings = new ConcurrentHashMap<>();
    /** By LSN, the undecided deletions. */
    private final NavigableMap<Long, Deletion> pending = new ConcurrentSkipListMap<>();

    /** An undecided change of a name. */
    private record Renaming(UUID collection, Mapping.Path to) {}

    /**
     * An undecided deletion.
     *
     * @param names of the collection that it deletes, as far as the record has them; none for all of a database
     */
    private record Deletion(Subject subject, Set<String> names) {
        boolean concerns(Mapping.Path path) {
            boolean there =
                    subject.tenant().equals(path.tenant()) && subject.database().equals(path.database());
            return there && (names.isEmpty() || names.contains(path.name()));
        }
    }

    Deletions(Catalog catalog, Instances instances) {
        this.catalog = catalog;
        this.instances = instances;
    }

    /** A catalog record is in the log. */
    void logged(LogRecord record) {
        Subject subject = record.content().subject();
        OpKind kind = record.content().kind();
        if (kind == OpKind.MODIFY_COLLECTION && !subject.name().isEmpty()) {
            renamings.put(record.lsn(), new Renaming(subject.collection(), path(subject)));
        }
        if (kind == OpKind.DELETE_COLLECTION || kind == OpKind.DELETE_DATABASE) {
            // First: what is made meanwhile is found by one of the two.
            pending.put(record.lsn(), deletion(record));
        }
        List<CollectionEntry> found = switch (kind) {
            case DELETE_COLLECTION -> named(subject);
            case DELETE_DATABASE -> List.copyOf(catalog.list(subject.tenant(), subject.database()));
            default -> List.of();
        };
        if (!found.isEmpty()) {
            doomed.put(record.lsn(), found);
            found.forEach(entry -> entry.deleting(record.lsn()));
        }
    }

    private static Deletion deletion(LogRecord record) {
        Subject subject = record.content().subject();
        Set<String> names = new HashSet<>();
        if (record.content().kind() == OpKind.DELETE_COLLECTION) {
            names.add(subject.name());
            // Where its create was not decided yet, only the request names it.
            names.add(Routes.classify(
                            HttpMethod.DELETE, record.content().request().path())
                    .collection()
                    .text());
        }
        return new Deletion(subject, names);
    }

    /** A collection is there, or has another name, now: who deletes it may have been logged before, and after its create. */
    void created(CollectionEntry entry) {
        pending.forEach((lsn, deletion) -> {
            if (lsn > entry.createdLsn() && entry.deletedLsn() == 0 && deletion.concerns(entry.path())) {
                found(lsn, entry);
            }
        });
    }

    private static Mapping.Path path(Subject subject) {
        return new Mapping.Path(subject.tenant(), subject.database(), subject.name());
    }

    private List<CollectionEntry> named(Subject subject) {
        Mapping.Path path = path(subject);
        Stream<CollectionEntry> present =
                Stream.concat(catalog.known(subject.collection()).stream(), catalog.named(path).stream());
        Stream<CollectionEntry> coming = renamings.values().stream()
                .filter(renaming -> renaming.to().equals(path))
                .flatMap(renaming -> catalog.known(renaming.collection()).stream());
        return Stream.concat(present, coming).distinct().toList();
    }

    /** The same at a start, of one that no instance is known to have passed: nobody reads what may be half deleted. */
    void restored(LogRecord undecided) {
        logged(undecided);
        for (CollectionEntry entry : doomed.getOrDefault(undecided.lsn(), List.of())) {
            instances.forEach(instance -> entry.gate().dropping(instance.index(), true));
        }
    }

    /** The record at {@code lsn} is about to delete this one, whatever it bore as a name when that was logged. */
    void found(long lsn, CollectionEntry entry) {
        doomed.merge(
                lsn,
                List.of(entry),
                (before, one) -> before.contains(entry)
                        ? before
                        : Stream.concat(before.stream(), one.stream()).toList());
        entry.deleting(lsn);
    }

    /** That record is decided; the collections whose writes may have waited for it. */
    List<CollectionEntry> decided(long lsn) {
        renamings.remove(lsn);
        pending.remove(lsn);
        List<CollectionEntry> freed = doomed.remove(lsn);
        if (freed == null) {
            return List.of();
        }
        for (CollectionEntry entry : freed) {
            instances.forEach(instance -> entry.gate().dropping(instance.index(), false));
            entry.deleteDecided(lsn);
            doomed.entrySet().stream()
                    .filter(other -> other.getValue().contains(entry))
                    .mapToLong(Map.Entry::getKey)
                    .min()
                    .ifPresent(entry::deleting);
        }
        return freed;
    }
}
