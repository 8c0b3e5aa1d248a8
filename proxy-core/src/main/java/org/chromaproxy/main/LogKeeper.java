package org.chromaproxy.main;

import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chromaproxy.admit.LogCapacity;
import org.chromaproxy.admit.Principals;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.LaneIo;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.wal.OwnedLog;
import org.chromaproxy.wal.recovery.LogReader;
import org.chromaproxy.wal.store.query.LogSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the log drop what every instance has applied: in its time, and early where the log is larger than it may be; and
 * measures it. Its work is done by workers, one round at a time.
 */
final class LogKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LogKeeper.class);
    private static final long LOOK_MS = 100;
    /** Between two rounds while records are committed. */
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Between two looks for what is out of date. */
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Between two rounds while the log is larger than history may make it, or somebody was refused for what is in it. */
    private static final long CROWDED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** What is applied now is known to be so in the second round from now. */
    private static final int ROUNDS_TO_PASS = 3;

    private final OwnedLog log;
    private final LogReader reader;
    private final LaneRegistry lanes;
    private final Instances instances;
    private final Principals principals;
    private final LogCapacity capacity;
    private final ExecutorService workers;
    private final AtomicBoolean working = new AtomicBoolean();

    /** The end of the log at the round before: whatever was committed then has reached its lane by now. */
    private long seen;

    private long lastAsked;
    /** Rounds that come soon, because somebody was refused. */
    private int soon;

    private volatile long roundAt = System.nanoTime() - ROUND_NANOS;
    private volatile long sweptAt = System.nanoTime() - SWEEP_NANOS;
    private volatile long mark = -1;

    LogKeeper(
            OwnedLog log,
            LogReader reader,
            LaneRegistry lanes,
            Instances instances,
            Principals principals,
            LogCapacity capacity,
            ExecutorService workers) {
        this.log = log;
        this.reader = reader;
        this.lanes = lanes;
        this.instances = instances;
        this.principals = principals;
        this.capacity = capacity;
        this.workers = workers;
        changed();
    }

    /** The bound is another one. */
    void changed() {
        log.writer().segmentBytes(capacity.segmentBytes());
    }

    /** Measures the log, blocking, and goes on looking at it. */
    void start(LaneIo io) {
        try {
            measure(reader.lowWater());
        } catch (RuntimeException e) {
            LOG.warn("the log cannot be measured now, and is again soon: {}", e.getMessage());
        }
        io.repeat(this::look, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long idle = System.nanoTime() - roundAt;
        long asked = capacity.asked();
        boolean crowded = capacity.crowded() && idle >= CROWDED_NANOS;
        boolean behind = mark < log.writer().publishedLsn();
        soon = asked == lastAsked ? soon : ROUNDS_TO_PASS;
        lastAsked = asked;
        boolean news = behind && idle >= (soon == 0 ? ROUND_NANOS : CROWDED_NANOS);
        boolean due = System.nanoTime() - sweptAt >= SWEEP_NANOS;
        if ((crowded || news || due) && working.compareAndSet(false, true)) {
            soon = Math.max(0, soon - 1);
            long before = seen;
            seen = log.writer().publishedLsn();
            lanes.oldestPending(oldest -> workers.execute(() -> {
                try {
                    round(Math.min(before, oldest - 1), crowded || due);
                } catch (RuntimeException e) {
                    LOG.warn("the log drops nothing now, and is asked again: {}", e.getMessage());
                } finally {
                    roundAt = System.nanoTime();
                    working.set(false);
                }
            }));
        }
    }

    private void round(long applied, boolean sweeps) {
        log.retention().advance(applied);
        mark = applied;
        principals.all().forEach(use -> use.passed(applied));
        if (sweeps) {
            sweptAt = System.nanoTime();
            log.retention().sweep(capacity.historyLimit());
        }
        measure(applied);
    }

    private void measure(long applied) {
        long counted = capacity.counted();
        LogSpace space = reader.space();
        long pinned = applied >= space.last() ? 0 : space.bytesFrom(applied + 1);
        Optional<Instance> farthest = instances.stream()
                .filter(instance -> instance.pending().records() > 0)
                .max(Comparator.comparingLong(instance -> instance.pending().ageMs()));
        capacity.measured(new LogCapacity.Measure(
                space.bytes(), pinned, farthest.map(Instance::name).orElse(""), counted));
    }
}
