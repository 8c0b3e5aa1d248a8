package org.chromaproxy.copy;

import java.util.List;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets a collection that differs on one instance aside there and makes it anew, empty, to be filled; what was set aside
 * goes when the copy is whole. Each step may be the last before a crash: adoption goes on from there. Blocking; one thread
 * at a time.
 */
public final class Replacement {
    private static final Logger LOG = LoggerFactory.getLogger(Replacement.class);

    private final CopyServices services;
    private final Copier copier;

    public Replacement(CopyServices services) {
        this.services = services;
        this.copier = new Copier(services);
    }

    /**
     * Ends with an empty place that is being copied. Called again after a failure or a crash it goes on.
     *
     * @throws StepException if it cannot be done now; nothing was touched if there is no source
     */
    public void replace(CollectionEntry entry, Instance target) {
        Instance source = services.source(entry, target);
        LOG.warn("{}: its copy on {} is replaced by one of {}'s", entry, target, source);
        entry.place(target)
                .filter(place -> place.state() != PlaceState.DIVERGED)
                .ifPresent(place -> {
                    Place out =
                            new Place(place.instanceId(), PlaceState.DIVERGED, "its replacement by a copy has begun");
                    services.mappings().place(entry, target, out, List.of());
                });
        Standstill.await(services.lanesOf(entry).detach(target), entry);
        SetAside.of(services, entry, target).setAside(entry.path());
        if (entry.place(target).isPresent()) {
            services.mappings().unplace(entry, target);
        }
        copier.create(entry, target);
    }
}
