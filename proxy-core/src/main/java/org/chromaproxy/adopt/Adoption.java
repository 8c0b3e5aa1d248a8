package org.chromaproxy.adopt;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.copy.Copier;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.copy.Verifier;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the catalog and what the instances really hold together: maps what was there at an instance's first meeting,
 * copies what one side lacks, compares what both have, reports what came behind the proxy's back.
 *
 * <p>Blocking, for worker threads; any may call, one at a time works.
 */
public final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    private final CopyServices services;
    private final WitnessKeeper witnesses;
    private final Set<String> tenants;
    private final Copier copier;
    private final Verifier verifier;
    private final Containers containers;
    private final Leftovers leftovers;
    private final Turns turns = new Turns();
    /** What the last scan found on no instance; guarded by {@link #turns}. */
    private Set<CollectionEntry> vanished = Set.of();

    private volatile List<Stranger> strangers = List.of();
    /** Of the scan before; guarded by {@code turns}. */
    private List<Scan.Odd> oddBefore = List.of();

    /** @param tenants whose collections are looked for, beside those the catalog knows */
    public Adoption(CopyServices services, WitnessKeeper witnesses, List<String> tenants) {
        this.services = services;
        this.witnesses = witnesses;
        this.tenants = Set.copyOf(tenants);
        this.copier = new Copier(services);
        this.verifier = new Verifier(services);
        this.containers = new Containers(services.log());
        this.leftovers = new Leftovers(services);
    }

    /** What the last scan found that is not as the catalog says. */
    public List<Stranger> strangers() {
        return strangers;
    }

    /**
     * Compares the lists of the usable instances with the catalog, maps what may be mapped, and creates what is to be
     * copied; the copying itself is {@link #tick}'s. To be called once before the first exchange is served. A scan that
     * cannot be finished now is finished by a later one.
     *
     * @param copy whether collections that one side lacks are copied even if the instances were met long ago
     */
    public void scan(boolean copy) {
        turns.exclusively(() -> {
            try {
                look(copy);
            } catch (StepException e) {
                LOG.warn("adoption is not finished, it goes on later: {}", e.getMessage());
            }
        });
    }

    /**
     * A scan, then the copies and comparisons that are due. To be called every 30 s or so, and when there may be something
     * to do. While other work is under way this waits for its end, as what it is called for may have come too late for
     * that; it returns at once if another call waits already, and when interrupted.
     */
    public void tick() {
        turns.ask(this::turn);
    }

    private void turn() {
        scan(false);
        for (CollectionEntry entry : List.copyOf(services.catalog().alive())) {
            services.instances().forEach(instance -> complete(entry, instance));
        }
    }

    /** Runs other work on collections' copies, once nothing of this class's own is under way. */
    void exclusively(Runnable work) {
        turns.exclusively(work);
    }

    private void complete(CollectionEntry entry, Instance instance) {
        PlaceState state = entry.place(instance).map(place -> place.state()).orElse(PlaceState.READY);
        if (!instance.usable()
                || entry.deletedLsn() != 0
                || Thread.currentThread().isInterrupted()) {
            return;
        }
        try {
            switch (state) {
                case COPYING -> copier.fill(entry, instance);
                case UNVERIFIED -> verifier.verify(entry, instance);
                case READY, DIVERGED -> {}
            }
        } catch (StepException e) {
            LOG.warn("{} on {} is still {}, tried again later: {}", entry, instance, state, e.getMessage());
            explain(entry, instance, state, String.valueOf(e.getMessage()));
        }
    }

    /** Shows why a place is out of service for so long. */
    private void explain(CollectionEntry entry, Instance instance, PlaceState state, String why) {
        try {
            entry.place(instance)
                    .filter(place -> place.state() == state && !place.reason().equals(why))
                    .ifPresent(place -> services.mappings()
                            .place(entry, instance, new Place(place.instanceId(), state, why), List.of()));
        } catch (StepException e) {
            LOG.debug("{} on {}: its reason is not stored: {}", entry, instance, e.getMessage());
        }
    }

    private void look(boolean copy) {
        Catalog catalog = services.catalog();
        List<Instance> present = services.instances().stream()
                .filter(instance -> instance.usable() && services.lanes().catalogInSync(instance))
                .toList();
        long sent = catalog.gate().sent();
        Set<String> asked = new LinkedHashSet<>(tenants);
        catalog.alive().forEach(entry -> asked.add(entry.path().tenant()));
        List<Inventory> inventories = present.stream()
                .map(instance -> Inventory.of(services, instance, asked))
                .toList();
        if (catalog.gate().sent() != sent || !present.stream().allMatch(services.lanes()::catalogInSync)) {
            // A list read while collections come and go cannot tell what is missing.
            return;
        }
        Set<Instance> met = new HashSet<>(present);
        met.removeIf(instance -> !witnesses.firstMeeting(instance));
        if (copy || !met.isEmpty()) {
            containers.level(inventories);
        }
        Scan scan = new Scan(services, copier, inventories, met, copy, sent);
        scan.mapUnknown();
        scan.completeKnown();
        verify(scan.odd());
        tell(scan.strangers());
        forget(scan.vanished());
        met.forEach(witnesses::adopted);
        // On one that is met only now, what is known of it is not complete yet.
        inventories.stream()
                .filter(inventory -> !met.contains(inventory.instance()))
                .forEach(leftovers::resume);
    }

    /** What two scans found nowhere was deleted behind the proxy's back; its name is to be free, and no list to count it. */
    private void forget(Set<CollectionEntry> found) {
        for (CollectionEntry entry : found) {
            Mapping.Path path = entry.path();
            if (vanished.contains(entry) && !services.catalog().isProtected(path.name())) {
                LOG.error("{} was deleted on every instance behind the proxy's back: it is forgotten", entry);
                Subject subject =
                        new Subject(Subject.CATALOG, entry.publicId(), path.tenant(), path.database(), path.name(), "");
                WriteRequest request =
                        new WriteRequest(LaneRegistry.FORGET, ChromaPaths.collection(path), "", new byte[0]);
                services.log().execute(OpKind.DELETE_COLLECTION, subject, request);
            }
        }
        vanished = Set.copyOf(found);
    }

    /** What differed in two scans on end is no race with a change: it is read no more, and compared while both stand still. */
    private void verify(List<Scan.Odd> found) {
        for (Scan.Odd odd : found) {
            String what = "its settings are other than the leader's: " + odd.difference();
            if (oddBefore.contains(odd)) {
                LOG.warn("{} on {}: {}; to be compared", odd.entry(), odd.instance(), what);
                odd.entry()
                        .place(odd.instance())
                        .ifPresent(place -> services.mappings()
                                .place(
                                        odd.entry(),
                                        odd.instance(),
                                        new Place(place.instanceId(), PlaceState.UNVERIFIED, what),
                                        List.of()));
            }
        }
        oddBefore = List.copyOf(found);
    }

    private void tell(List<Stranger> found) {
        found.stream()
                .filter(stranger -> !strangers.contains(stranger))
                .forEach(stranger -> LOG.error(
                        "not as the catalog says, and left alone: {} on {}: {}",
                        stranger.name(),
                        stranger.instance(),
                        stranger.reason()));
        strangers = List.copyOf(found);
    }
}
