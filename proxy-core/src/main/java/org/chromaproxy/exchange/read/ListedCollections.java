package org.chromaproxy.exchange.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.ReadGate;
import org.chromaproxy.exchange.Collected;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.Slice;

/** What is to be listed, in its order, and what instances have told of it; all in the account. Confined to an event loop. */
final class ListedCollections {
    /** What is kept of each beside its text: counted, not measured exactly. */
    private static final int EACH = 256;
    /** In so many lists it has to be missing. */
    private static final int MAX_ABSENCES = 3;

    private static final byte[] COMMA = {','};

    private final Catalog catalog;
    private final Collected memory;
    /** What is told of each; empty until then. */
    private final Map<UUID, Optional<byte[]>> told = new LinkedHashMap<>();
    /** Those that nothing is told of yet. */
    private final Map<UUID, CollectionEntry> missing = new LinkedHashMap<>();
    /** What an instance told of them that may be older than what was read before. */
    private final Map<UUID, byte[]> old = new HashMap<>();
    /** In how many lists each was not, though it should have been: one that is shifted to another page is in the next. */
    private final Map<UUID, Integer> absences = new HashMap<>();
    /** Those that the instance being asked tells as they are. */
    private final Set<UUID> current = new HashSet<>();

    ListedCollections(Catalog catalog, Collected memory) {
        this.catalog = catalog;
        this.memory = memory;
    }

    /** One more is to be listed; false if there is no memory for it. */
    boolean want(CollectionEntry entry) {
        if (!memory.reserve(EACH)) {
            return false;
        }
        told.put(entry.publicId(), Optional.empty());
        missing.put(entry.publicId(), entry);
        return true;
    }

    boolean complete() {
        return missing.isEmpty();
    }

    /** Those that nothing is told of yet. */
    Collection<CollectionEntry> missing() {
        return missing.values();
    }

    /** Whether the instance being asked tells it as it is. */
    boolean current(CollectionEntry entry) {
        return current.contains(entry.publicId());
    }

    /** Notes which of them that instance tells as they are, before it is asked: what it says then is at least as new. */
    boolean describedBy(Instance instance) {
        ReadGate gate = catalog.gate();
        current.clear();
        missing.forEach((id, entry) -> {
            if (entry.describedBy(instance, gate)) {
                current.add(id);
            }
        });
        return !current.isEmpty();
    }

    /** Whether an instance that is up will tell one of them as it is, unless it has not got it at all. */
    boolean someWillBeTold(Instances instances) {
        return missing.values().stream().anyMatch(entry -> willBeTold(entry, instances));
    }

    private boolean willBeTold(CollectionEntry entry, Instances instances) {
        if (absences.getOrDefault(entry.publicId(), 0) >= MAX_ABSENCES) {
            return false;
        }
        for (Instance instance : instances) {
            if (instance.usable() && entry.willBeDescribedBy(instance)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes a collection out of an answer, whose bytes may be overwritten, if it is one that is missing.
     *
     * @return false if there is no memory for it
     */
    boolean take(byte[] body, CollectionHead head, Slice part) {
        Optional<UUID> id =
                CollectionIds.parse(head.id()).flatMap(catalog::publicId).filter(missing::containsKey);
        if (id.isEmpty()) {
            return true;
        }
        if (!memory.reserve(part.length())) {
            return false;
        }
        UuidSwap.swapAt(body, head.idStart(), id.get());
        byte[] text = Arrays.copyOfRange(body, part.start(), part.end());
        byte[] before = old.remove(id.get());
        if (before != null) {
            memory.release(before.length);
        }
        if (current.remove(id.get())) {
            told.put(id.get(), Optional.of(text));
            missing.remove(id.get());
        } else {
            old.put(id.get(), text);
        }
        return true;
    }

    /** The instance has told all that it has. */
    void over() {
        current.forEach(id -> absences.merge(id, 1, Integer::sum));
    }

    /** The list's bytes, in pieces. */
    List<byte[]> pieces() {
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(new byte[] {'['});
        told.forEach((id, text) ->
                // One that is missing was deleted while the list was read, or lives only on an instance that is away.
                text.or(() -> lastResort(id)).ifPresent(element -> {
                    if (pieces.size() > 1) {
                        pieces.add(COMMA);
                    }
                    pieces.add(element);
                }));
        pieces.add(new byte[] {']'});
        return pieces;
    }

    private Optional<byte[]> lastResort(UUID id) {
        boolean alive = catalog.byId(id).isPresent();
        return alive ? Optional.ofNullable(old.get(id)) : Optional.empty();
    }
}
