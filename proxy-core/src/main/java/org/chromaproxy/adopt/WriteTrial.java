package org.chromaproxy.adopt;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;

/**
 * Tries an instance whose writes fail with a small write of the proxy's own: that tells a sick instance from
 * a poisonous record without traffic, and is what ends the state write-down. One worker at most per instance.
 */
public final class WriteTrial {
    private static final long FIRST_PAUSE_MS = 250;
    private static final long MAX_PAUSE_MS = 5_000;

    private final WitnessKeeper witnesses;
    private final ExecutorService workers;
    private final Map<Instance, Boolean> trying = new ConcurrentHashMap<>();

    public WriteTrial(WitnessKeeper witnesses, ExecutorService workers) {
        this.witnesses = witnesses;
        this.workers = workers;
    }

    /** Hears of every fault from now on. */
    public void watch(Instances instances) {
        instances.forEach(instance -> instance.writes().listen(changed -> faulted(instance)));
    }

    private void faulted(Instance instance) {
        if (instance.usable() && instance.writes().doubtful() && trying.putIfAbsent(instance, true) == null) {
            workers.execute(() -> {
                try {
                    attempt(instance);
                } finally {
                    trying.remove(instance);
                }
                // A fault heard while the last trial ended.
                faulted(instance);
            });
        }
    }

    private void attempt(Instance instance) {
        long pause = FIRST_PAUSE_MS;
        while (instance.usable()
                && instance.writes().doubtful()
                && !Thread.currentThread().isInterrupted()) {
            if (witnesses.tryWrite(instance)) {
                instance.writes().succeeded();
                return;
            }
            if (instance.usable()) {
                instance.writes().faulted("it takes no write of the proxy's own", Optional.empty());
            }
            long delay = pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delay));
            pause = Math.min(MAX_PAUSE_MS, 2 * pause);
        }
    }
}
