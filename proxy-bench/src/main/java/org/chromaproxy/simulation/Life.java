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
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.adopt.WriteTrial;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.health.HealthChecker;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.Backlog;
import org.chromaproxy.lane.CatchUp;
import org.chromaproxy.lane.LaneIo;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.lane.LaneStats;
import org.chromaproxy.lane.RestoredLanes;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;

/** One owner of the log, from its start to its end: the shipped lanes and health checks, with all that they need made up. */
final class Life {
    static final long UNANSWERED_MS = 30_000;
    private static final long CHECK_MS = 1_000;
    private static final long SWEEP_MS = 10_000;
    private static final long WITNESS_MS = 5_000;
    /** Longest time that a start waits for the first word of every instance. */
    private static final long FIRST_PROBES_MS = 5_000;

    private static final long ADMISSION_MS = 60_000;
    private static final long TRIAL_MS = 120_000;
    private static final int LOOPS = 2;

    private final Timeline time;
    private final World world;
    private final List<LaneIo> loops = new ArrayList<>();
    private final Network network;
    private final LogWriter log;
    private final Instances instances;
    private final Catalog catalog;
    private final LaneRegistry lanes;
    private final HealthChecker health;
    /** In which of its lives each server was let in. */
    private final Map<Instance, Integer> boots = new HashMap<>();

    private @Nullable SimulatedLoop current;
    private boolean alive = true;
    private boolean started;
    /** Up to here the lanes had been told of everything when the log was last swept. */
    private long swept;

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
        durable.leftBehind(durable.lowWater()).forEach(lanes::leftBehind);
        health = new HealthChecker(loops.getFirst(), instances, this::admit, lanes::ledBy, CHECK_MS);
        new WriteTrial(loops.getFirst(), this::tryWrite).watch(instances);
        all.forEach(instance -> instance.onChange((changed, from, to) -> {
            met(changed, from, to);
            if (all.stream().noneMatch(each -> each.state() == InstanceState.STARTING)) {
                begin();
            }
        }));
        time.afterMs(FIRST_PROBES_MS, this::begin);
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

    /** The question before an instance is let in: here, whether it tells anything of its data. */
    private CompletableFuture<String> admit(Instance instance) {
        int boot = world.server(instance.index()).boots();
        return loops.getFirst()
                .ask(instance, UpstreamRequest.get(ModelServer.WITNESS), ADMISSION_MS)
                .thenApply(answer -> {
                    if (!answer.success() || !answer.json()) {
                        throw new IllegalStateException("its witness is not read: " + answer.status());
                    }
                    boots.put(instance, boot);
                    return "";
                });
    }

    /** A write of the proxy's own, to see whether that instance takes any. */
    private CompletableFuture<Boolean> tryWrite(Instance instance) {
        return loops.getFirst()
                .send(instance, UpstreamRequest.json("PUT", ModelServer.WITNESS, "{}"), TRIAL_MS)
                .thenApply(answer -> answer.success() && answer.json());
    }

    private void met(Instance instance, InstanceState from, InstanceState to) {
        ModelServer server = world.server(instance.index());
        if (to == InstanceState.UP) {
            world.observer().met(this, server, LaneEvent.SERVER_UP);
        } else if (from == InstanceState.UP) {
            world.observer().met(this, server, LaneEvent.SERVER_DOWN);
        }
    }

    private void begin() {
        if (!started) {
            started = true;
            on(null, lanes::start);
        }
    }

    /** That server's process has ended, and all connections to it: `upstream.ProcessWatch` tells the health checker. */
    void closed(ModelServer server) {
        if (alive) {
            Instance instance = instances.get(world.servers().indexOf(server));
            long late = time.here("closed", instance.index()).between(100_000, 5_000_000);
            time.after(late, () -> on(null, () -> health.restarted(instance)));
        }
    }

    /** Whether what answers there was let in, as `upstream.Recognition` sees to it for new connections. */
    boolean recognises(Instance instance) {
        ModelServer server = world.server(instance.index());
        return !server.up() || boots.getOrDefault(instance, -1) == server.boots();
    }

    /** A connection broke: the next probe comes soon. */
    void suspects(Instance instance) {
        on(null, () -> health.suspect(instance));
    }

    /** What every instance has applied durably need not be looked at again; of what the lanes were told, as the log's keeper does. */
    private void sweep() {
        if (alive) {
            long before = swept;
            swept = log.publishedLsn();
            on(null, () -> lanes.oldestPending(oldest -> world.log().advance(Math.min(before, oldest - 1))));
            time.afterMs(SWEEP_MS, this::sweep);
        }
    }

    private void witness() {
        if (alive) {
            long lsn = world.log().lastLsn();
            for (Instance instance : instances) {
                ModelServer server = world.server(instance.index());
                if (instance.usable() && server.up() && !server.hung() && !server.sick()) {
                    on(null, () -> {
                        instance.witnessing(lsn);
                        server.disk().force();
                        instance.witnessed(lsn);
                    });
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
