package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;

/**
 * Lanes that are in the log only, and have something there for an instance that takes writes again. Each is made when it gets one of a
 * few places, and keeps that until it has caught up or stands still: however many collections are behind, few are in memory. Places
 * go round the tenants. Any thread.
 */
final class Wakening {
    /** Several for each turn to read a page of the log, so that those are never without somebody. */
    private static final int PLACES = 64;

    private final LaneRegistry registry;
    private final Catalog catalog;
    private final CatchUp places;
    /** By index of the instance: who waits for a place. */
    private final List<Set<UUID>> waiting = new ArrayList<>();

    Wakening(LaneRegistry registry, Catalog catalog, Instances instances) {
        this.registry = registry;
        this.catalog = catalog;
        this.places = new CatchUp(instances, PLACES);
        instances.forEach(instance -> waiting.add(ConcurrentHashMap.newKeySet()));
    }

    /** That instance may take writes again: these lanes wait for a place, if they do not yet. */
    void wake(Instance instance, List<UUID> behind) {
        for (UUID lane : behind) {
            if (waiting.get(instance.index()).add(lane)) {
                String tenant =
                        catalog.known(lane).map(entry -> entry.path().tenant()).orElse("");
                places.await(instance, tenant, () -> take(instance, lane));
            }
        }
    }

    private void take(Instance instance, UUID lane) {
        waiting.get(instance.index()).remove(lane);
        if (!instance.usable() || instance.writes().down()) {
            // They wait again as soon as that has changed.
            places.done(instance);
            return;
        }
        registry.briefly(lane, group -> begin(group, instance), () -> places.done(instance));
    }

    private void begin(RecordLanes group, Instance instance) {
        group.group().lane(instance.index()).whenFed(() -> {
            registry.letGoSoon(group);
            places.done(instance);
        });
        group.group().pumpAll();
    }
}
