package org.chromaproxy.main;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chromaproxy.adopt.Adoption;
import org.chromaproxy.adopt.CapabilityProbe;
import org.chromaproxy.adopt.LogBound;
import org.chromaproxy.adopt.Repairs;
import org.chromaproxy.adopt.Resync;
import org.chromaproxy.adopt.Stranger;
import org.chromaproxy.adopt.WitnessKeeper;
import org.chromaproxy.adopt.WriteTrial;
import org.chromaproxy.config.Config;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.lane.LaneIo;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.record.Change;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adoption and witnesses, put on their clocks. Their work is done by workers; nothing here blocks a loop. */
final class Adopting {
    private static final Logger LOG = LoggerFactory.getLogger(Adopting.class);
    private static final long WITNESS_SECONDS = 1;
    private static final long BOUND_SECONDS = 5;
    private static final long SCAN_SECONDS = 30;

    private final CopyServices services;
    private final WitnessKeeper witnesses;
    private final Adoption adoption;
    private final Repairs repairs;
    private final LogBound bound;
    private final CapabilityProbe capabilities;
    private volatile boolean autoResync;
    private final ExecutorService workers;
    private final AtomicBoolean bounding = new AtomicBoolean();
    /** Instances whose witness a worker is at. */
    private final Set<Instance> witnessed = ConcurrentHashMap.newKeySet();

    Adopting(
            WriteAheadLog log,
            CopyServices services,
            List<Change.Witness> stored,
            Config config,
            ExecutorService workers) {
        List<String> tenants = config.rules().adoptedTenants();
        Config.Log.Pending pending = config.log().pending();
        this.services = services;
        this.witnesses = new WitnessKeeper(log, services, stored);
        this.adoption = new Adoption(services, witnesses, tenants);
        this.repairs = new Repairs(services, adoption, new Resync(services, witnesses, tenants), workers);
        this.bound = new LogBound(services, witnesses, pending.letGoBytes(), pending.maxAge());
        this.capabilities = new CapabilityProbe(services);
        this.autoResync = config.rules().autoResync();
        this.workers = workers;
    }

    /** Takes up what a reload may change. */
    void reloaded(Config now) {
        bound.change(now.log().pending().letGoBytes(), now.log().pending().maxAge());
        autoResync = now.rules().autoResync();
    }

    /** What operators may have repaired. */
    Repairs repairs() {
        return repairs;
    }

    /** The health checker's question before it lets an instance in. */
    CompletableFuture<String> check(Instance instance) {
        return CompletableFuture.supplyAsync(
                () -> {
                    String trouble = witnesses.check(instance).orElse("");
                    capabilities.look(instance);
                    return trouble;
                },
                workers);
    }

    /** Looks whether an instance in use still is the one that is known; never blocks. */
    CompletableFuture<Optional<String>> recognise(Instance instance, EventLoop loop) {
        return witnesses.recognise(instance, loop);
    }

    /** What is on the instances and not as the catalog says. */
    List<Stranger> strangers() {
        return adoption.strangers();
    }

    /**
     * Maps what an instance holds that is met for the first time, blocking: clients may ask for it at once. What others
     * hold is known from the log, so comparing it with that goes on in the background.
     */
    void start(LaneIo io) {
        new WriteTrial(io, instance -> CompletableFuture.supplyAsync(() -> witnesses.tryWrite(instance), workers))
                .watch(services.instances());
        if (services.instances().stream().anyMatch(witnesses::firstMeeting)) {
            guarded(() -> adoption.scan(false));
        }
        workers.execute(() -> guarded(adoption::tick));
        io.repeat(() -> workers.execute(() -> guarded(adoption::tick)), SCAN_SECONDS, TimeUnit.SECONDS);
        io.repeat(() -> workers.execute(() -> guarded(this::resync)), SCAN_SECONDS, TimeUnit.SECONDS);
        io.repeat(() -> workers.execute(() -> guarded(capabilities::lookAtAll)), SCAN_SECONDS, TimeUnit.SECONDS);
        io.repeat(this::witness, WITNESS_SECONDS, TimeUnit.SECONDS);
        io.repeat(this::bound, BOUND_SECONDS, TimeUnit.SECONDS);
        services.instances()
                .forEach(instance -> instance.onChange((changed, from, to) -> {
                    if (to == InstanceState.UP) {
                        workers.execute(() -> guarded(adoption::tick));
                    } else if (to == InstanceState.NEEDS_RESYNC) {
                        workers.execute(() -> guarded(this::resync));
                    }
                }));
    }

    /** Looks now rather than at the next turn. */
    void recheck() {
        workers.execute(() -> guarded(adoption::tick));
    }

    /** On an operator's demand: maps and copies what is on one instance only; completes with what came of it. */
    CompletableFuture<String> copyEverything() {
        return CompletableFuture.supplyAsync(
                () -> {
                    adoption.scan(true);
                    adoption.tick();
                    return "The instances were compared with the catalog and what was missing copied; not as the"
                            + " catalog says, and left alone: " + strangers().size();
                },
                workers);
    }

    /** One instance that does not answer keeps no other from being looked at. */
    private void witness() {
        for (Instance instance : services.instances()) {
            if (witnessed.add(instance)) {
                workers.execute(() -> {
                    guarded(() -> witnesses.watch(instance));
                    witnessed.remove(instance);
                });
            }
        }
    }

    private void bound() {
        if (bounding.compareAndSet(false, true)) {
            workers.execute(() -> {
                guarded(bound::check);
                guarded(capabilities::lookAtSuspects);
                bounding.set(false);
            });
        }
    }

    private void resync() {
        if (autoResync) {
            repairs.resyncAll();
        }
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RejectedExecutionException e) {
            // The event loops have ended: the proxy stops.
            LOG.debug("adoption ends with the proxy", e);
        } catch (RuntimeException e) {
            LOG.error("adoption met a fault; it goes on at its next turn", e);
        }
    }
}
