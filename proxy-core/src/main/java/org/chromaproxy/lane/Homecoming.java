package org.chromaproxy.lane;

import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;

/**
 * Only lanes in memory see to it that leadership goes back to where it belongs. This makes the lanes of collections that are
 * led elsewhere though their instance has returned and nobody writes to them, some at a time.
 */
final class Homecoming {
    private static final long LOOK_SECONDS = 5;
    /** As long as lanes wait before they hand leadership back. */
    private static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int AT_ONCE = 200;

    private final Catalog catalog;
    private final Instances instances;
    private final Predicate<UUID> inMemory;
    private final Consumer<UUID> make;

    Homecoming(Catalog catalog, Instances instances, Predicate<UUID> inMemory, Consumer<UUID> make) {
        this.catalog = catalog;
        this.instances = instances;
        this.inMemory = inMemory;
        this.make = make;
    }

    void start(LaneIo io) {
        io.repeat(() -> look(io), LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private void look(LaneIo io) {
        catalog.alive().stream()
                .filter(entry -> entry.gate().leader() != entry.preferredLeader() && !inMemory.test(entry.publicId()))
                .filter(entry -> stable(instances.get(entry.preferredLeader()), io))
                .limit(AT_ONCE)
                .map(CollectionEntry::publicId)
                .forEach(make);
    }

    private static boolean stable(Instance instance, LaneIo io) {
        return instance.preferable() && io.nanoTime() - instance.upSinceNanos() > STABLE_NANOS;
    }
}
