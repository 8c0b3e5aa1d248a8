package org.chromaproxy.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.LaneIo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes each instance with a request that touches its SQLite file. An instance is down when it refuses connections, or
 * when it gave no usable answer, to a probe or to anybody, for the detection time: a busy server is not a dead one, and one
 * that answers everything with an error is not up. Operators' orders (drain, force down) go through here too, so that one
 * loop decides every state.
 */
public final class HealthChecker {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecker.class);
    /** How often standings are looked at, and silence is noticed. */
    private static final long LOOK_MS = 250;

    private final LaneIo io;
    private final Instances instances;
    private final List<Probe> probes = new ArrayList<>();
    private final Draining draining;
    /** Each change of the interval begins another series of probes; confined to the loop. */
    private int series;

    /**
     * @param io the loop that this is confined to
     * @param admission asked before an instance that answers becomes usable
     * @param led how many lane groups an instance leads; any thread
     * @param intervalMs between two probes of an instance
     */
    @SuppressWarnings("this-escape") // Final, and called when all is set.
    public HealthChecker(
            LaneIo io, Instances instances, Admission admission, ToLongFunction<Instance> led, long intervalMs) {
        this.io = io;
        this.instances = instances;
        this.draining = new Draining(instances, led);
        for (Instance instance : instances) {
            Probe probe = new Probe(instance, io, admission);
            probes.add(probe);
        }
        interval(intervalMs);
        io.repeat(this::look, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    /** From now on so long is between two probes of an instance; the next is at once. Any thread. */
    public void interval(long ms) {
        io.execute(() -> {
            series++;
            probe(series, ms);
        });
    }

    private void probe(int ofSeries, long ms) {
        if (ofSeries == series) {
            // First: whatever becomes of these probes, the next follow.
            io.schedule(() -> probe(ofSeries, ms), ms, TimeUnit.MILLISECONDS);
            probes.forEach(Probe::begin);
        }
    }

    private void look() {
        probes.forEach(Probe::look);
        instances.forEach(draining::advance);
        instances.forEach(Instance::look);
    }

    /**
     * Something went wrong with this instance: it is probed soon, however many say so. Nothing is done about one that is
     * out of use already, so that a probe which finds no connection does not call for the next. Any thread.
     */
    public void suspect(Instance instance) {
        execute(() -> probe(instance.index()).suspected());
    }

    /**
     * All connections to that instance were closed by it: whatever is there next has to come up as after any outage, however
     * soon it is there. Any thread.
     */
    public void restarted(Instance instance) {
        execute(() -> probe(instance.index()).restarted());
    }

    private void execute(Runnable task) {
        try {
            io.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("the loops have ended", e);
        }
    }

    /** Probes now; completes when the answer, or its absence, is known. Any thread. */
    public CompletableFuture<Void> probe(Instance instance) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        io.execute(() -> probe(instance.index()).begin(() -> done.complete(null)));
        return done;
    }

    /**
     * Treats an instance as down for a while: its connections are reset, leadership moves. Then it returns as any other,
     * if its probes say so. Any thread; once more prolongs or shortens.
     *
     * @return why that cannot be done; empty when it is done
     */
    public CompletableFuture<String> forceDown(Instance instance, Duration time) {
        return decide(() -> probe(instance.index()).forceDown(time));
    }

    /** Ends {@link #forceDown}; true if it was in force. A server that is really dead stays down. Any thread. */
    public CompletableFuture<Boolean> endForce(Instance instance) {
        return decide(() -> probe(instance.index()).endForce());
    }

    /**
     * Begins to free an instance of reads and leadership; once it is, it is in maintenance. Any thread.
     *
     * @param force at once, and even if no other instance can take over
     * @return why that cannot be done; empty when it is done
     */
    public CompletableFuture<String> drain(Instance instance, boolean force) {
        return decide(() -> draining.begin(instance, force));
    }

    /** Lets a drained instance return, through its probes where it was out of use; false if it was not drained. */
    public CompletableFuture<Boolean> resume(Instance instance) {
        return decide(() -> {
            boolean drained = draining.end(instance);
            probe(instance.index()).begin();
            return drained;
        });
    }

    private Probe probe(int index) {
        return probes.get(index);
    }

    private <T> CompletableFuture<T> decide(Supplier<T> decision) {
        return CompletableFuture.supplyAsync(decision, io);
    }

    /** Says whether an instance that answers may be used. */
    @FunctionalInterface
    public interface Admission {
        /**
         * Looks at the instance's data; completes on any thread with an empty text if all is well, else with the reason
         * why it must not be used; exceptionally if that cannot be told now.
         */
        CompletableFuture<String> check(Instance instance);
    }

    static void log(Instance instance, String message) {
        LOG.warn("instance {} ({}): {}", instance, instance.uri(), message);
    }
}
