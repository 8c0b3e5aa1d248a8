package org.chromaproxy.adopt;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.adopt.Inventory.Found;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.Catalog.Database;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.copy.Copier;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One comparison of what the instances hold with the catalog, and what follows from it. Used once, by one thread. */
final class Scan {
    private static final Logger LOG = LoggerFactory.getLogger(Scan.class);

    private final CopyServices services;
    private final Copier copier;
    private final List<Inventory> inventories;
    private final Set<Instance> met;
    private final boolean copy;
    private final long asOf;
    private final List<Stranger> strangers = new ArrayList<>();

    /**
     * @param inventories in configured order of their instances
     * @param met the instances met for the first time
     * @param copy whether everything is treated like a first meeting
     * @param asOf the catalog's LSN that the inventories show
     */
    Scan(
            CopyServices services,
            Copier copier,
            List<Inventory> inventories,
            Set<Instance> met,
            boolean copy,
            long asOf) {
        this.services = services;
        this.copier = copier;
        this.inventories = inventories;
        this.met = met;
        this.copy = copy;
        this.asOf = asOf;
    }

    List<Stranger> strangers() {
        return strangers;
    }

    /** Takes over what the catalog does not know, where that is a matter of course. */
    void mapUnknown() {
        Map<Mapping.Path, Map<Instance, Found>> unknown = new LinkedHashMap<>();
        for (Inventory inventory : inventories) {
            for (Found found : inventory.collections()) {
                if (known(found).isEmpty() && !services.catalog().purges().held(inventory.instance(), found.id())) {
                    unknown.computeIfAbsent(found.path(), path -> new LinkedHashMap<>())
                            .put(inventory.instance(), found);
                }
            }
        }
        unknown.forEach((path, places) -> {
            boolean everywhere = places.size() == services.instances().size();
            if (copy || everywhere || places.keySet().stream().anyMatch(met::contains)) {
                map(path, places);
            } else {
                places.forEach((instance, found) -> report(instance, found, "made there behind the proxy's back"));
            }
        });
    }

    private Optional<CollectionEntry> known(Found found) {
        Catalog catalog = services.catalog();
        return catalog.byId(found.id()).or(() -> catalog.named(found.path()));
    }

    /** The first instance that has it leads it, and gives it its public id; the others are compared with that. */
    private void map(Mapping.Path path, Map<Instance, Found> found) {
        Map<String, Place> places = new HashMap<>();
        Instance leader = found.keySet().iterator().next();
        found.forEach((instance, collection) -> places.put(
                instance.name(),
                new Place(collection.id(), instance == leader ? PlaceState.READY : PlaceState.UNVERIFIED, "")));
        UUID publicId = found.values().iterator().next().id();
        Mapping mapping = new Mapping(publicId, path, 0, 0, Instant.now(), places);
        Optional<Change.Lead> lead =
                leader.index() == 0 ? Optional.empty() : Optional.of(new Change.Lead(publicId, leader.name(), 0));
        CollectionEntry entry = services.mappings().add(mapping, lead);
        LOG.info("adopted {}, found on {}", entry, found.keySet());
    }

    /** Collections that every instance which should hold them was seen not to hold. */
    Set<CollectionEntry> vanished() {
        Set<CollectionEntry> vanished = new HashSet<>();
        for (CollectionEntry entry : services.catalog().alive()) {
            boolean gone = entry.createdLsn() <= asOf && entry.deletedLsn() == 0;
            int holders = 0;
            for (Instance instance : services.instances()) {
                Optional<Place> place = entry.place(instance);
                if (place.isPresent()) {
                    holders++;
                    gone &= inventories.stream()
                            .filter(inventory -> inventory.instance().equals(instance))
                            .anyMatch(inventory -> lacks(inventory, entry, place.get()));
                }
            }
            if (gone && holders > 0) {
                vanished.add(entry);
            }
        }
        return vanished;
    }

    private static boolean lacks(Inventory inventory, CollectionEntry entry, Place place) {
        Mapping.Path path = entry.path();
        return inventory.databases().contains(new Database(path.tenant(), path.database()))
                && inventory.withId(place.instanceId()).isEmpty()
                && !inventory.isAside(place.instanceId())
                && inventory.at(path).isEmpty();
    }

    /** A place whose settings are other than the leader's. */
    record Odd(CollectionEntry entry, Instance instance, String difference) {}

    /** What the lists show of whole places; they were read one after the other, so a change may have come in between. */
    List<Odd> odd() {
        List<Odd> odd = new ArrayList<>();
        for (CollectionEntry entry : services.catalog().alive()) {
            Optional<Inventory> leader = inventories.stream()
                    .filter(inventory ->
                            inventory.instance().index() == entry.gate().leader())
                    .findFirst();
            for (Inventory inventory : inventories) {
                leader.flatMap(leading -> difference(entry, leading, inventory))
                        .ifPresent(what -> odd.add(new Odd(entry, inventory.instance(), what)));
            }
        }
        return odd;
    }

    /** Both are asked for again where their digests are not the same: what all are is not kept. */
    private Optional<String> difference(CollectionEntry entry, Inventory leading, Inventory other) {
        Optional<Found> here = ready(entry, leading);
        Optional<Found> there = ready(entry, other);
        Optional<String> digest = here.flatMap(Found::settings);
        Optional<String> others = there.flatMap(Found::settings);
        if (digest.isEmpty() || others.isEmpty() || digest.equals(others)) {
            return Optional.empty();
        }
        return leading.settings(services.remote(), here.orElseThrow())
                .flatMap(one ->
                        other.settings(services.remote(), there.orElseThrow()).flatMap(one::difference));
    }

    private static Optional<Found> ready(CollectionEntry entry, Inventory inventory) {
        return entry.place(inventory.instance())
                .filter(place -> place.state() == PlaceState.READY)
                .flatMap(place -> inventory.withId(place.instanceId()));
    }

    /** Goes through all that the catalog knows: notes dimensions, finds gaps, fills them or tells. */
    void completeKnown() {
        for (CollectionEntry entry : List.copyOf(services.catalog().alive())) {
            if (entry.createdLsn() > asOf) {
                continue;
            }
            for (Inventory inventory : inventories) {
                Optional<Place> place = entry.place(inventory.instance());
                if (place.isPresent()) {
                    compare(entry, inventory, place.get());
                } else {
                    complete(entry, inventory);
                }
            }
        }
    }

    private void compare(CollectionEntry entry, Inventory inventory, Place place) {
        Optional<Found> found = inventory.withId(place.instanceId());
        if (found.isPresent()) {
            if (found.get().dimensioned()) {
                entry.dimensionIsKnown();
            }
            if (!found.get().path().equals(entry.path())) {
                report(inventory.instance(), found.get(), "renamed there behind the proxy's back: it is " + entry);
            }
            return;
        }
        Found missing = new Found(entry.path(), place.instanceId(), false, Optional.empty());
        boolean replaced = inventory.at(entry.path()).isPresent();
        if (entry.deletedLsn() == 0 && !inventory.isAside(place.instanceId())) {
            report(
                    inventory.instance(),
                    missing,
                    replaced ? "replaced there by another collection of its name" : "vanished there: " + place.state());
        }
    }

    private void complete(CollectionEntry entry, Inventory inventory) {
        Instance instance = inventory.instance();
        boolean wanted = copy || met.contains(instance) || placedOnNewlyMet(entry);
        Optional<Found> found = inventory.at(entry.path());
        if (!wanted) {
            found.ifPresent(stranger -> report(instance, stranger, "made there behind the proxy's back"));
            return;
        }
        try {
            if (found.isPresent()) {
                copier.join(entry, instance, found.get().id());
            } else {
                copier.create(entry, instance);
            }
        } catch (StepException e) {
            if (entry.deletedLsn() == 0) {
                throw e;
            }
        }
    }

    private boolean placedOnNewlyMet(CollectionEntry entry) {
        return met.stream().anyMatch(instance -> entry.place(instance).isPresent());
    }

    private void report(Instance instance, Found found, String reason) {
        Mapping.Path path = found.path();
        strangers.add(new Stranger(instance.name(), path.tenant(), path.database(), path.name(), found.id(), reason));
    }
}
