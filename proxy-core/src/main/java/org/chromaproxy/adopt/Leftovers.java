package org.chromaproxy.adopt;

import java.util.Optional;
import org.chromaproxy.adopt.Inventory.Aside;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.copy.Copier;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.copy.Replacement;
import org.chromaproxy.copy.SetAside;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Mapping.Place;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes on with replacements that were interrupted, from what they left on an instance. Blocking, for worker threads. */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private final CopyServices services;

    Leftovers(CopyServices services) {
        this.services = services;
    }

    /** One step for each thing that was set aside there. To be called by one thread at a time, at each scan. */
    void resume(Inventory inventory) {
        for (Aside aside : inventory.asides()) {
            try {
                resume(inventory.instance(), aside);
            } catch (StepException e) {
                LOG.warn("{} on {} is left for later: {}", aside.path(), inventory.instance(), e.getMessage());
            }
        }
    }

    private void resume(Instance instance, Aside aside) {
        Optional<CollectionEntry> entry =
                services.catalog().known(aside.publicId()).filter(known -> known.deletedLsn() == 0);
        if (entry.isEmpty()) {
            SetAside.found(services, aside.path(), instance).drop();
            return;
        }
        Optional<Place> place = entry.get().place(instance);
        boolean begun = place.map(Place::instanceId).filter(aside.id()::equals).isPresent();
        if (place.isEmpty() || begun) {
            new Replacement(services).replace(entry.get(), instance);
            return;
        }
        switch (place.get().state()) {
            case READY -> SetAside.of(services, entry.get(), instance).drop();
            case DIVERGED ->
                new Copier(services).putBack(entry.get(), instance, place.get().reason());
            case COPYING, UNVERIFIED -> {}
        }
    }
}
