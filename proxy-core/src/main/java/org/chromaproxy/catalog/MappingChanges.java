package org.chromaproxy.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.chromaproxy.wal.record.Mapping;
import org.jspecify.annotations.Nullable;

/**
 * Changes of mappings on their way to the log. A mapping is stored whole, so each change is made on top of the last one of its
 * collection that may still become durable; what becomes of the others does not alter that. Thread-safe.
 */
public final class MappingChanges {
    private final Catalog catalog;
    private final Map<UUID, Open> open = new HashMap<>();
    private long sequence;

    /** What is under way for one collection. */
    private static final class Open {
        /** In the order in which they were begun. */
        private final List<Begun> underWay = new ArrayList<>();
        /** The highest sequence that is durable: the catalog holds its mapping. */
        private long durable;

        /** What the next change is made on top of; empty if that is what the catalog holds. */
        private Optional<Mapping> latest() {
            return Optional.ofNullable(underWay.isEmpty() ? null : underWay.getLast())
                    .filter(last -> last.sequence > durable)
                    .map(Begun::mapping);
        }
    }

    /** A change that was submitted, as the log stores it. */
    public record Begun(Mapping mapping, long sequence) {}

    MappingChanges(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Makes the changes and has them submitted while no other can come in between.
     *
     * @param submit must hand them to the log at once; then one of {@link #durable} and {@link #refused} is to be called
     */
    public synchronized void begin(List<MappingEdit> edits, Consumer<List<Begun>> submit) {
        List<Begun> begun = new ArrayList<>();
        for (MappingEdit edit : edits) {
            Open under = open.computeIfAbsent(edit.publicId(), id -> new Open());
            Mapping now = under.latest()
                    .or(() -> catalog.known(edit.publicId()).map(CollectionEntry::mapping))
                    .orElse(edit.base());
            Begun next = new Begun(edit.edit().apply(now), ++sequence);
            under.underWay.add(next);
            begun.add(next);
        }
        submit.accept(List.copyOf(begun));
    }

    /** They are durable: from now on they are known. */
    public synchronized List<CollectionEntry> durable(List<Begun> begun) {
        List<CollectionEntry> entries = new ArrayList<>();
        for (Begun each : begun) {
            Open under = ended(each);
            // One that was begun later has this one in it, and may have been told first.
            if (under == null || each.sequence > under.durable) {
                entries.add(catalog.put(each.mapping));
            } else {
                catalog.known(each.mapping.publicId()).ifPresent(entries::add);
            }
            if (under != null) {
                under.durable = Math.max(under.durable, each.sequence);
            }
        }
        return entries;
    }

    /** The log refused them: what comes next is made without them, unless one that is under way was made on top of them. */
    public synchronized void refused(List<Begun> begun) {
        begun.forEach(this::ended);
    }

    private @Nullable Open ended(Begun change) {
        UUID id = change.mapping.publicId();
        Open under = open.get(id);
        if (under != null) {
            under.underWay.removeIf(each -> each.sequence == change.sequence);
            if (under.underWay.isEmpty()) {
                open.remove(id);
            }
        }
        return under;
    }
}
