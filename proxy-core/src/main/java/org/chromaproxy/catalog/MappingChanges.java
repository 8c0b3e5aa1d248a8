package org.chromaproxy.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.chromaproxy.wal.record.Mapping;
import org.jspecify.annotations.Nullable;

/** Changes of mappings on their way to the log: each is made on top of those before it, durable or not. Thread-safe. */
public final class MappingChanges {
    private final Catalog catalog;
    private final Map<UUID, Open> open = new HashMap<>();
    private long sequence;

    /** What is under way for one collection. */
    private static final class Open {
        private @Nullable Mapping latest;
        private int changes;
        private long durable;
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
            Mapping latest = under.latest;
            Mapping now = latest != null
                    ? latest
                    : catalog.known(edit.publicId())
                            .map(CollectionEntry::mapping)
                            .orElse(edit.base());
            Mapping next = edit.edit().apply(now);
            under.latest = next;
            under.changes++;
            begun.add(new Begun(next, ++sequence));
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

    /** The log refused them: what comes next is made without them. */
    public synchronized void refused(List<Begun> begun) {
        for (Begun each : begun) {
            Open under = ended(each);
            if (under != null) {
                under.latest = null;
            }
        }
    }

    private @Nullable Open ended(Begun change) {
        Open under = open.get(change.mapping.publicId());
        if (under != null && --under.changes == 0) {
            open.remove(change.mapping.publicId());
        }
        return under;
    }
}
