package org.chromaproxy.adopt;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.LaneIo;

/**
 * Tries an instance whose writes fail with a small write of the proxy's own: that tells a sick instance from
 * a poisonous record without traffic, and is what ends the state write-down. One trial at a time per instance, with growing
 * pauses. Confined to its loop; {@link #watch} may be called from any thread.
 */
public final class WriteTrial {
    private static final long FIRST_PAUSE_MS = 250;
    private static final long MAX_PAUSE_MS = 5_000;

    private final LaneIo io;
    private final Function<Instance, CompletableFuture<Boolean>> write;
    private final Set<Instance> trying = new HashSet<>();

    /** @param write a write of the proxy's own to that instance: whether it was executed; completes on any thread */
    public WriteTrial(LaneIo io, Function<Instance, CompletableFuture<Boolean>> write) {
        this.io = io;
        this.write = write;
    }

    /** Hears of every fault from now on. */
    public void watch(Instances instances) {
        instances.forEach(instance -> instance.writes().listen(changed -> io.execute(() -> faulted(instance))));
    }

    private void faulted(Instance instance) {
        if (due(instance) && trying.add(instance)) {
            attempt(instance, FIRST_PAUSE_MS);
        }
    }

    private static boolean due(Instance instance) {
        return instance.usable() && instance.writes().doubtful();
    }

    private void attempt(Instance instance, long pauseMs) {
        if (!due(instance)) {
            trying.remove(instance);
            return;
        }
        write.apply(instance)
                .exceptionally(error -> false)
                .thenAccept(written -> io.execute(() -> attempted(instance, pauseMs, written)));
    }

    private void attempted(Instance instance, long pauseMs, boolean written) {
        if (written) {
            instance.writes().succeeded();
            trying.remove(instance);
            // A fault heard while the trial ended.
            faulted(instance);
            return;
        }
        if (instance.usable()) {
            instance.writes().faulted("it takes no write of the proxy's own", Optional.empty());
        }
        io.schedule(
                () -> attempt(instance, Math.min(MAX_PAUSE_MS, 2 * pauseMs)),
                pauseMs / 2 + io.random(pauseMs / 2 + 1),
                TimeUnit.MILLISECONDS);
    }
}
