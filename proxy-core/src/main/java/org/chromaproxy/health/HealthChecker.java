package org.chromaproxy.health;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.upstream.UpstreamClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes each instance with a request that touches its SQLite file. An instance is down when it refuses connections, or
 * when nothing at all was heard of it for the detection time: a busy server is not a dead one.
 */
public final class HealthChecker {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecker.class);

    private final EventLoop loop;
    private final List<Probe> probes = new ArrayList<>();

    /**
     * @param admission asked before an instance that answers becomes usable
     * @param intervalMs between two probes of an instance
     */
    public HealthChecker(
            EventLoop loop, Instances instances, UpstreamClient upstream, Admission admission, long intervalMs) {
        this.loop = loop;
        for (Instance instance : instances) {
            Probe probe = new Probe(instance, loop, upstream, admission);
            probes.add(probe);
            loop.scheduleWithFixedDelay(probe::begin, 0, intervalMs, TimeUnit.MILLISECONDS);
        }
    }

    /** Something went wrong with this instance: look at once. Any thread. */
    public void suspect(Instance instance) {
        loop.execute(() -> probes.get(instance.index()).begin());
    }

    /** Probes now; completes when the answer, or its absence, is known. Any thread. */
    public CompletableFuture<Void> probe(Instance instance) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> probes.get(instance.index()).begin(() -> done.complete(null)));
        return done;
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
