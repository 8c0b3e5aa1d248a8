package org.chromaproxy.adopt;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.PendingCounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the log go of an instance that is out of use, or takes no writes, for so long that what waits for it would fill the disk: it needs a
 * resync then. Never the last one, nor one without which some collection would be whole nowhere. Blocking, for worker
 * threads, one at a time.
 */
public final class LogBound {
    private static final Logger LOG = LoggerFactory.getLogger(LogBound.class);
    /** Bytes a record takes in the log beside its body: its row, its path, two index entries. */
    private static final long RECORD_OVERHEAD = 512;

    private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final CopyServices services;
    private final WitnessKeeper witnesses;
    private volatile long bytes;
    private volatile Duration age;
    private long toldAt = System.nanoTime() - TELL_NANOS;

    /**
     * @param bytes of bodies that may wait for one instance
     * @param age that the oldest of them may have
     */
    public LogBound(CopyServices services, WitnessKeeper witnesses, long bytes, Duration age) {
        this.services = services;
        this.witnesses = witnesses;
        this.bytes = bytes;
        this.age = age;
    }

    /** Other bounds hold from now on. Any thread. */
    public void change(long mostBytes, Duration mostAge) {
        bytes = mostBytes;
        age = mostAge;
    }

    /** Looks once at every instance. To be called every few seconds. */
    public void check() {
        services.instances().stream()
                .filter(instance -> !instance.letGo() && passed(instance))
                .filter(instance -> !instance.usable() || instance.writes().down())
                .forEach(this::letGo);
    }

    private boolean passed(Instance instance) {
        PendingCounts pending = instance.pending();
        return pending.records() > 0
                && (pending.bytes() + pending.records() * RECORD_OVERHEAD > bytes || pending.ageMs() > age.toMillis());
    }

    private void letGo(Instance instance) {
        PendingCounts pending = instance.pending();
        String trouble = instance.usable()
                ? "takes no writes (" + instance.writes().reason() + ")"
                : "is out of use (" + instance.reason() + ")";
        String why = "it " + trouble + " while " + pending.bytes() + " bytes wait for it, the"
                + " oldest for " + pending.ageMs() / 1000 + " s; the bounds are " + bytes + " bytes and "
                + age.toSeconds()
                + " s";
        List<String> only = Resync.onlyHere(services, instance)
                .map(CollectionEntry::toString)
                .toList();
        if (!only.isEmpty() || Resync.alone(services, instance)) {
            keep(instance, why, only);
            return;
        }
        try {
            witnesses.letGo(instance);
        } catch (StepException e) {
            LOG.warn("the log cannot let go of {} now: {}", instance, e.getMessage());
            return;
        }
        services.lanes().membership().leave(instance);
        LOG.error(
                "instance {} needs a resync: the log has let go of it, because {}. When its server answers again, POST"
                        + " /admin/instances/{}/resync fills it anew",
                instance,
                why,
                instance);
    }

    private void keep(Instance instance, String why, List<String> only) {
        if (System.nanoTime() - toldAt > TELL_NANOS) {
            toldAt = System.nanoTime();
            LOG.error(
                    "instance {}: {}. The log keeps it all the same: {} collections are whole on no other instance in"
                            + " use {}",
                    instance,
                    why,
                    only.size(),
                    only.stream().limit(1).toList());
        }
    }
}
