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
import org.chromaproxy.instance.Instances;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.time.Clock;
import org.chromaproxy.wal.record.Mapping;

/** All collections, by every id and name they are known by. */
public final class Catalog {
    /** Public ids in the order of their text, which is what clients see. */
    private static final Comparator<UUID> TEXT_ORDER = (a, b) -> {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    };

    /** A database: a tenant and a name. */
    public record Database(String tenant, String name) {}

    private final Instances instances;
    private volatile Set<String> protectedNames;
    private final ReadGate gate;
    private final PlaceCounts counts;
    private final RetiredNames retired;
    private final Purges purges = new Purges();
    private final MappingChanges changes = new MappingChanges(this);
    private final Map<UUID, CollectionEntry> byId = new ConcurrentHashMap<>();
    private final Map<Mapping.Path, CollectionEntry> byPath = new ConcurrentHashMap<>();
    private final Map<Long, CollectionEntry> byCreate = new ConcurrentHashMap<>();
    private final Map<Database, ConcurrentSkipListMap<UUID, CollectionEntry>> byDatabase = new ConcurrentHashMap<>();
    private final Map<String, Integer> byTenant = new ConcurrentHashMap<>();
    private final Tombstones tombstones = new Tombstones();

    /** @param protectedNames collections of these names can be neither deleted nor renamed */
    public Catalog(Instances instances, Set<String> protectedNames) {
        this(instances, protectedNames, Clock.SYSTEM);
    }

    /** The same in another time. */
    public Catalog(Instances instances, Set<String> protectedNames, Clock clock) {
        this.instances = instances;
        this.retired = new RetiredNames(clock);
        this.protectedNames = Set.copyOf(protectedNames);
        this.gate = new ReadGate(instances.size(), 0);
        this.counts = new PlaceCounts(instances);
    }

    /** The way every change of a mapping takes. */
    public MappingChanges changes() {
        return changes;
    }

    /** Names that are no ids, though they look like one. */
    public RetiredNames retired() {
        return retired;
    }

    /**
     * The living collection of that name, as Chroma's routes by name have it; or, as the proxy's extension, with that id, unless
     * a collection had it for a name within the last day.
     */
    public Optional<CollectionEntry> resolveName(String tenant, String database, String reference) {
        Mapping.Path path = new Mapping.Path(tenant, database, reference);
        Optional<CollectionEntry> named = named(path);
        return named.isPresent() || retired.holds(path) ? named : resolve(tenant, database, reference);
    }

    /** What is left of deleted collections. */
    public Purges purges() {
        return purges;
    }

    /** From where names, lists, databases and tenants may be read. */
    public ReadGate gate() {
        return gate;
    }

    /** The living collection a request means by {@code reference}: any of its ids in any spelling, or its name. */
    public Optional<CollectionEntry> resolve(String tenant, String database, String reference) {
        Optional<UUID> id = CollectionIds.parse(reference);
        if (id.isPresent()) {
            CollectionEntry entry = byId.get(id.get());
            if (entry != null
                    && entry.path().tenant().equals(tenant)
                    && entry.path().database().equals(database)) {
                return Optional.of(entry);
            }
        }
        return named(new Mapping.Path(tenant, database, reference));
    }

    public Optional<CollectionEntry> named(Mapping.Path path) {
        return Optional.ofNullable(byPath.get(path));
    }

    /** The living collection with that public or instance id. */
    public Optional<CollectionEntry> byId(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The public id of a collection known by any id. */
    public Optional<UUID> publicId(UUID anyId) {
        return byId(anyId).map(CollectionEntry::publicId);
    }

    /** The collection made by that create, alive or not. */
    public Optional<CollectionEntry> createdBy(long lsn) {
        return Optional.ofNullable(byCreate.get(lsn));
    }

    /** The collections deleted by that record that some instance has still to delete. */
    public List<CollectionEntry> deletedBy(long lsn) {
        return tombstones.by(lsn);
    }

    /** The collection with that public id, alive or deleted but not yet everywhere. */
    public Optional<CollectionEntry> known(UUID publicId) {
        return Optional.ofNullable(byId.get(publicId)).or(() -> tombstones.get(publicId));
    }

    /** The collection that an instance has under that id, alive or deleted but not yet everywhere. */
    public Optional<CollectionEntry> holding(UUID instanceId) {
        return byId(instanceId).or(() -> tombstones.holding(instanceId));
    }

    /** The living collections of a database, ordered by public id. */
    public Collection<CollectionEntry> list(String tenant, String database) {
        ConcurrentSkipListMap<UUID, CollectionEntry> all = byDatabase.get(new Database(tenant, database));
        return all == null ? List.of() : all.values();
    }

    /** How many living collections a tenant has. */
    public int countIn(String tenant) {
        return byTenant.getOrDefault(tenant, 0);
    }

    /** All living collections, in no order. */
    public Collection<CollectionEntry> alive() {
        return byPath.values();
    }

    /** Deleted ones that some instance has still to delete. */
    public Collection<CollectionEntry> tombstones() {
        return tombstones.all();
    }

    /** Of these the ones whose deletion is above {@code after} and not above {@code last}; the oldest first, a view of what changes. */
    public Collection<CollectionEntry> tombstones(long after, long last) {
        return tombstones.between(after, last);
    }

    /** How many of the living ones are in which state. */
    public PlaceCounts counts() {
        return counts;
    }

    public int size() {
        return byPath.size();
    }

    /** Other names are protected from now on. */
    public void protect(Set<String> names) {
        protectedNames = Set.copyOf(names);
    }

    public boolean isProtected(String name) {
        return protectedNames.contains(name);
    }

    /** Takes over a mapping that is durable now: a new one, or a changed one. */
    public synchronized CollectionEntry put(Mapping mapping) {
        CollectionEntry entry = byId.get(mapping.publicId());
        if (entry == null) {
            entry = tombstones.get(mapping.publicId()).orElseGet(() -> new CollectionEntry(mapping, instances));
        } else {
            uncount(entry);
            if (!entry.path().equals(mapping.path())) {
                byPath.remove(entry.path(), entry);
            }
        }
        entry.become(mapping);
        if (mapping.createdLsn() > 0) {
            byCreate.put(mapping.createdLsn(), entry);
        }
        if (mapping.deletedLsn() == 0) {
            index(entry, mapping);
        } else {
            unindex(entry, mapping);
            tombstones.put(entry);
        }
        return entry;
    }

    /** Forgets a mapping altogether. */
    public synchronized void drop(UUID publicId) {
        CollectionEntry entry = tombstones.remove(publicId).orElse(null);
        CollectionEntry alive = byId.get(publicId);
        if (alive != null) {
            uncount(alive);
            unindex(alive, alive.mapping());
            entry = alive;
        }
        if (entry != null) {
            byCreate.remove(entry.createdLsn());
        }
        purges.flat(publicId, false);
    }

    /** Counted is what {@link #alive} shows: what its path leads to. */
    private void uncount(CollectionEntry entry) {
        if (byPath.get(entry.path()) == entry) {
            counts.add(entry, -1);
        }
    }

    private void index(CollectionEntry entry, Mapping mapping) {
        byId.put(mapping.publicId(), entry);
        mapping.places().values().forEach(place -> byId.put(place.instanceId(), entry));
        CollectionEntry displaced = byPath.put(mapping.path(), entry);
        if (displaced != null && displaced != entry) {
            counts.add(displaced, -1);
        }
        counts.add(entry, 1);
        if (database(mapping.path()).put(mapping.publicId(), entry) == null) {
            byTenant.merge(mapping.path().tenant(), 1, Integer::sum);
        }
    }

    private void unindex(CollectionEntry entry, Mapping mapping) {
        byId.remove(mapping.publicId(), entry);
        mapping.places().values().forEach(place -> byId.remove(place.instanceId(), entry));
        byPath.remove(mapping.path(), entry);
        if (database(mapping.path()).remove(mapping.publicId()) != null) {
            byTenant.computeIfPresent(mapping.path().tenant(), (_, count) -> count > 1 ? count - 1 : null);
        }
    }

    private ConcurrentSkipListMap<UUID, CollectionEntry> database(Mapping.Path path) {
        return byDatabase.computeIfAbsent(
                new Database(path.tenant(), path.database()), key -> new ConcurrentSkipListMap<>(TEXT_ORDER));
    }
}
