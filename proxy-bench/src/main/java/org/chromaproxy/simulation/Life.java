package org.chromaproxy.simulation;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.lane.io.LaneIo;
import org.chromaproxy.lane.registry.LaneRegistry;
import org.chromaproxy.lane.registry.RestoredLanes;
import org.chromaproxy.lane.work.Backlog;
import org.chromaproxy.lane.work.CatchUp;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;

/** One owner of the log, from its start to its end: the shipped lanes, with all that they need made up. */
final class Life {
    static final long UNANSWERED_MS = 30_000;
    private static final long CHECK_MS = 1_000;
    private static final long SWEEP_MS = 10_000;
    private static final long WITNESS_MS = 5_000;
    private static final int LOOPS = 2;
    private static final int RISE = 2;

    private final Timeline time;
    private final World world;
    private final List<LaneIo> loops = new ArrayList<>();
    private final Network network;
    private final LogWriter log;
    private final Instances instances;
    private final Catalog catalog;
    private final LaneRegistry lanes;
    private final Map<Instance, Integer> answered = new HashMap<>();
    private final Map<Instance, Integer> boots = new HashMap<>();
    private final Map<Instance, Boolean> trying = new HashMap<>();
    private @Nullable SimulatedLoop current;
    private boolean alive = true;
    private boolean started;

    Life(Timeline time, World world) {
        this.time = time;
        this.world = world;
        for (int i = 0; i < LOOPS; i++) {
            loops.add(new SimulatedLoop(time, this, i));
        }
        network = new Network(time, this, world);
        log = new LogWriter(time, this, world);
        List<Instance> all = new ArrayList<>();
        for (ModelServer server : world.servers()) {
            URI uri = URI.create("http://" + server.name() + ":8000");
            all.add(new Instance(server.name(), all.size(), uri, Optional.empty(), time));
        }
        instances = new Instances(all);
        catalog = new Catalog(instances, Set.of("global"), time);
        LaneServices services = services();
        DurableLog durable = world.log();
        durable.mappings().forEach(catalog::put);
        durable.flat().forEach(id -> catalog.purges().flat(id, true));
        durable.retired().forEach(catalog.retired()::add);
        durable.purges().forEach(catalog.purges()::add);
        RestoredLanes restored = new RestoredLanes(instances);
        durable.cursors().forEach(restored::add);
        durable.leaders().forEach(restored::add);
        lanes = new LaneRegistry(loops, services, restored);
        for (Map.Entry<UUID, long[]> each : durable.tails(durable.lowWater()).entrySet()) {
            long[] tail = each.getValue();
            lanes.restore(each.getKey(), new Backlog.Tail(tail[0], tail[1], tail[2], Instant.EPOCH));
        }
        durable.page(Subject.CATALOG, lanes.catalogDecided(), Integer.MAX_VALUE, Long.MAX_VALUE).stream()
                .filter(each -> each.outcome()
                        .filter(outcome -> outcome.state() != TransactionState.PENDING_RECOVERY)
                        .isEmpty())
                .forEach(each -> lanes.restore(each.record()));
        all.forEach(this::watch);
        time.afterMs(SWEEP_MS, this::sweep);
        time.afterMs(WITNESS_MS, this::witness);
    }

    private LaneServices services() {
        LaneServices.LaneWork work = new LaneServices.LaneWork(
                new LaneStats(instances, 1 << 20),
                new CatchUp(instances, 2),
                () -> new MergeBounds(world.merged(), 2),
                () -> world.lingerMs());
        LaneServices.Doubt doubt = new LaneServices.Doubt(new ModelReadBack(time, this, world), () -> UNANSWERED_MS);
        return new LaneServices(new LaneServices.Storage(log, log, log, () -> alive), catalog, instances, work, doubt);
    }

    /** Looks after an instance, about as the health checker does. */
    private void watch(Instance instance) {
        answered.put(instance, 0);
        boots.put(instance, world.server(instance.index()).boots());
        instance.writes().listen(_ -> tryWrites(instance));
        long first = chance("probe", instance).between(0, TimeUnit.MILLISECONDS.toNanos(CHECK_MS));
        time.after(first, () -> probe(instance, true));
    }

    private Chance chance(String what, Instance instance) {
        return time.here(what, instance.index());
    }

    private void probe(Instance instance, boolean again) {
        if (!alive) {
            return;
        }
        ModelServer server = world.server(instance.index());
        boolean same = boots.getOrDefault(instance, 0) == server.boots();
        if (server.up() && !server.hung() && same) {
            instance.checked(true);
            int well = answered.getOrDefault(instance, 0) + 1;
            answered.put(instance, well);
            if (well >= RISE && instance.state() != InstanceState.UP) {
                world.observer().met(this, server, LaneEvent.SERVER_UP);
                on(loop(0), () -> instance.become(InstanceState.UP, ""));
            }
        } else {
            instance.checked(false);
            answered.put(instance, 0);
            boots.put(instance, server.boots());
            if (instance.usable() && (!server.up() || !same || instance.silentNanos() > TimeUnit.SECONDS.toNanos(3))) {
                world.observer().met(this, server, LaneEvent.SERVER_DOWN);
                on(loop(0), () -> instance.become(InstanceState.DOWN, "it does not answer"));
                network.reset(instance);
            } else if (instance.state() == InstanceState.STARTING) {
                instance.become(InstanceState.DOWN, "it does not answer");
            }
        }
        if (!started && instances.stream().noneMatch(each -> each.state() == InstanceState.STARTING)) {
            started = true;
            on(null, lanes::start);
        }
        if (again) {
            time.afterMs(CHECK_MS, () -> probe(instance, true));
        }
    }

    /** A connection broke: the next probe comes at once. */
    void suspects(Instance instance) {
        time.after(chance("suspicion", instance).between(100_000, 5_000_000), () -> probe(instance, false));
    }

    /** A write of the proxy's own, to see whether that instance takes any, about as the real trial. */
    private void tryWrites(Instance instance) {
        if (trying.putIfAbsent(instance, true) != null) {
            return;
        }
        time.afterMs(chance("trial", instance).between(100, 1_000), () -> {
            trying.remove(instance);
            ModelServer server = world.server(instance.index());
            if (!alive || !instance.usable() || !instance.writes().doubtful()) {
                return;
            }
            if (server.up() && !server.hung() && !server.sick()) {
                on(null, () -> instance.writes().succeeded());
            } else {
                on(null, () -> instance.writes().faulted("its witness cannot be written", Optional.empty()));
                tryWrites(instance);
            }
        });
    }

    /** What every instance has applied durably need not be looked at again. */
    private void sweep() {
        if (alive) {
            on(
                    null,
                    () -> lanes.oldestPending(
                            oldest -> world.log().advance(Math.min(world.log().lastLsn(), oldest - 1))));
            time.afterMs(SWEEP_MS, this::sweep);
        }
    }

    private void witness() {
        if (alive) {
            long lsn = world.log().lastLsn();
            for (Instance instance : instances) {
                ModelServer server = world.server(instance.index());
                if (instance.usable() && server.up() && !server.hung() && !server.sick()) {
                    on(null, () -> instance.witnessed(lsn));
                }
            }
            time.afterMs(WITNESS_MS, this::witness);
        }
    }

    /** Runs a task as one of that loop; null for a thread that is none. What it throws is a fault of the proxy's. */
    void on(@Nullable SimulatedLoop loop, Runnable task) {
        if (!alive) {
            return;
        }
        SimulatedLoop before = current;
        current = loop;
        try {
            task.run();
        } catch (RuntimeException e) {
            throw new Violation("a task threw " + e, e);
        } finally {
            current = before;
        }
    }

    SimulatedLoop loop(int index) {
        return (SimulatedLoop) loops.get(index);
    }

    @Nullable
    SimulatedLoop current() {
        return current;
    }

    boolean alive() {
        return alive;
    }

    /** Whether its lanes have begun. */
    boolean serves() {
        return alive && started;
    }

    /** kill -9. */
    void kill() {
        world.observer().met(this, LaneEvent.OWNER_KILLED);
        alive = false;
        log.die();
        network.die();
    }

    Network network() {
        return network;
    }

    LogWriter log() {
        return log;
    }

    Catalog catalog() {
        return catalog;
    }

    Instances instances() {
        return instances;
    }

    LaneRegistry lanes() {
        return lanes;
    }
}
