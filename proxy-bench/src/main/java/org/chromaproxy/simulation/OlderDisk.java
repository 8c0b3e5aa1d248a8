package org.chromaproxy.simulation;

import java.util.Optional;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/**
 * A server that is killed and comes back with an older disk: it lacks some of the records that it had executed and answered, all of them
 * later than the witness that the log knows of. It is compared before it is read again. Nothing else goes wrong until then, as nobody
 * could make up for what it lost if another server, or the owner that remembers it, were lost too.
 */
final class OlderDisk {
    private static final long LOOK_MS = 200;

    private final Timeline time;
    private final World world;
    private boolean pending;

    OlderDisk(Timeline time, World world) {
        this.time = time;
        this.world = world;
    }

    /** Whether one is not compared yet. */
    boolean pending() {
        return pending;
    }

    /** Whether all others are well, and hold what this one holds. */
    boolean possible(ModelServer server) {
        Life life = world.life();
        boolean well = world.servers().stream()
                .filter(other -> other != server)
                .allMatch(other -> other.up() && !other.hung() && !other.sick() && !other.poisoned());
        return life != null
                && life.serves()
                && well
                && world.servers().stream()
                        .filter(other -> other != server)
                        .allMatch(other -> whole(life, other, instance(life, server)));
    }

    private Instance instance(Life life, ModelServer server) {
        return life.instances().get(world.servers().indexOf(server));
    }

    /** @param lost who may lose its last writes: the other one is as far in each collection */
    private boolean whole(Life life, ModelServer server, Instance lost) {
        Instance instance = instance(life, server);
        return instance.usable()
                && !instance.writes().down()
                && world.log().mappings().stream()
                        .filter(mapping -> mapping.deletedLsn() == 0)
                        .allMatch(mapping -> ready(mapping, server)
                                && entry(life, mapping)
                                        .map(entry -> entry.gate().readable(instance.index(), 0)
                                                && entry.gate().applied(instance.index())
                                                        >= entry.gate().applied(lost.index()))
                                        .orElse(true));
    }

    private static boolean ready(Mapping mapping, ModelServer server) {
        Place place = mapping.places().get(server.name());
        return place != null && place.state() == PlaceState.READY;
    }

    private static Optional<CollectionEntry> entry(Life life, Mapping mapping) {
        return life.catalog().known(mapping.publicId());
    }

    /** The server was killed. */
    void lose(ModelServer server, Chance chance) {
        pending = true;
        world.weather().clear();
        world.trouble(false, 0, 0);
        int lost = server.disk().lose(chance);
        world.judge().note(() -> "-- the disk of " + server + " loses " + lost + " writes");
        time.afterMs(LOOK_MS, () -> look(server));
    }

    private void look(ModelServer server) {
        pending = !compared(server);
        if (pending) {
            time.afterMs(LOOK_MS, () -> look(server));
        }
    }

    private boolean compared(ModelServer server) {
        Life life = world.life();
        if (life == null || !life.serves() || !server.up()) {
            return false;
        }
        Instance instance = instance(life, server);
        return instance.usable()
                && world.log().mappings().stream()
                        .filter(mapping -> mapping.deletedLsn() == 0 && ready(mapping, server))
                        .allMatch(mapping -> entry(life, mapping)
                                .map(entry -> entry.gate().readable(instance.index(), 0))
                                .orElse(true));
    }
}
