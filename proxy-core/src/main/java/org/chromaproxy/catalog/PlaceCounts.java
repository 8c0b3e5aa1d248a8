package org.chromaproxy.catalog;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/**
 * How many living collections are in which state, kept as mappings change: operators ask every few seconds, and a walk
 * over 100,000 collections would stop an event loop for a second. Read from any thread; changed by the catalog alone.
 */
public final class PlaceCounts {
    private final Instances instances;
    private final AtomicLong partial = new AtomicLong();
    private final AtomicLong diverged = new AtomicLong();
    /** By index of the instance. */
    private final List<Map<PlaceState, AtomicLong>> places = new ArrayList<>();

    PlaceCounts(Instances instances) {
        this.instances = instances;
        for (int i = 0; i < instances.size(); i++) {
            Map<PlaceState, AtomicLong> states = new EnumMap<>(PlaceState.class);
            for (PlaceState state : PlaceState.values()) {
                states.put(state, new AtomicLong());
            }
            places.add(states);
        }
    }

    /** Collections that some instance does not hold, or does not follow. */
    public long partial() {
        return partial.get();
    }

    /** Collections whose copy on some instance is known to differ. */
    public long diverged() {
        return diverged.get();
    }

    /** Collections that are in that state on that instance. */
    public long places(Instance instance, PlaceState state) {
        return count(instance, state).get();
    }

    /** @param sign 1 when the entry, as it is now, begins to count, -1 when it ceases to */
    void add(CollectionEntry entry, int sign) {
        boolean differs = false;
        for (Instance instance : instances) {
            PlaceState state = entry.place(instance).map(place -> place.state()).orElse(null);
            if (state != null) {
                count(instance, state).addAndGet(sign);
                differs |= state == PlaceState.DIVERGED;
            }
        }
        partial.addAndGet(entry.complete() ? 0 : sign);
        diverged.addAndGet(differs ? sign : 0);
    }

    private AtomicLong count(Instance instance, PlaceState state) {
        return Objects.requireNonNull(places.get(instance.index()).get(state));
    }
}
