package org.chromaproxy.lane;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.OpKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Purges and deletes, in the background and one after the other on each instance, the deleted collections that are put aside
 * there. Confined to the catalog lanes' loop.
 */
final class HiddenCollections {
    private static final Logger LOG = LoggerFactory.getLogger(HiddenCollections.class);
    /** Reads that were sent to it before it was deleted are over by then. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Lanes lanes;
    private final Map<Change.Purge, Long> notBefore = new HashMap<>();
    private final Map<Instance, Change.Purge> renaming = new HashMap<>();
    private final Map<Instance, Change.Purge> purging = new HashMap<>();
    private final Set<Change.Purge> named = new HashSet<>();

    HiddenCollections(Lanes lanes) {
        this.lanes = lanes;
    }

    /** Goes on where something can be done; to be called every second. */
    void look() {
        long now = lanes.io().nanoTime();
        for (Lane lane : lanes.lanes()) {
            List<Change.Purge> pending = purges().of(lane.instance);
            pending.forEach(purge -> notBefore.putIfAbsent(purge, now + SETTLE_NANOS));
            if (lane.takesWrites() && lanes.services().owning()) {
                List<Change.Purge> due = pending.stream()
                        .filter(purge -> notBefore.getOrDefault(purge, now) - now <= 0)
                        .toList();
                // A name that is still taken holds up whoever creates a collection of it; what is put aside holds up
                // nobody.
                begin(renaming, lane.instance, due.stream().filter(named::contains), this::putAside);
                begin(purging, lane.instance, due.stream().filter(purge -> !named.contains(purge)), this::purge);
            }
        }
    }

    private Purges purges() {
        return lanes.services().catalog().purges();
    }

    private static void begin(
            Map<Instance, Change.Purge> running,
            Instance instance,
            Stream<Change.Purge> due,
            BiConsumer<Instance, Change.Purge> step) {
        if (!running.containsKey(instance)) {
            due.findFirst().ifPresent(purge -> {
                running.put(instance, purge);
                step.accept(instance, purge);
            });
        }
    }

    /** These have their own names still: whoever makes a collection of such a name would be given what is to be deleted. */
    void stillNamed(List<Change.Purge> purges) {
        purges.stream()
                .filter(named::add)
                .forEach(purge -> notBefore.put(purge, lanes.io().nanoTime()));
        look();
    }

    private void putAside(Instance instance, Change.Purge purge) {
        ArrayPurge.putAside(lanes, instance, purge).whenComplete((answer, error) -> {
            Verdict verdict = answer == null ? Verdict.FAULT : Verdict.of(OpKind.MODIFY_COLLECTION, answer);
            if (verdict == Verdict.MISSING) {
                forget(instance, purge);
            } else if (verdict == Verdict.APPLIED) {
                named.remove(purge);
                later(instance, purge, "its own name is free now");
            } else {
                later(instance, purge, answer == null ? String.valueOf(error) : answer.brief());
            }
        });
    }

    private void purge(Instance instance, Change.Purge purge) {
        ArrayPurge.of(lanes, instance, purge.hidden(), purge.instanceId())
                .thenCompose(done -> ArrayPurge.drop(lanes, instance, purge))
                .whenComplete((answer, error) -> {
                    Verdict verdict = answer == null ? Verdict.FAULT : Verdict.of(OpKind.DELETE_COLLECTION, answer);
                    if (verdict == Verdict.APPLIED) {
                        forget(instance, purge);
                    } else if (verdict == Verdict.MISSING) {
                        // It is gone, or was never put aside: a process may have ended in between.
                        purging.remove(instance, purge);
                        stillNamed(List.of(purge));
                    } else {
                        later(instance, purge, answer == null ? String.valueOf(error) : answer.brief());
                    }
                });
    }

    private void later(Instance instance, Change.Purge purge, String why) {
        LOG.warn(
                "a deleted collection, {} on {}, is not purged there yet, tried again later: {}",
                purge.hidden().name(),
                instance,
                why);
        notBefore.put(purge, lanes.io().nanoTime() + RETRY_NANOS);
        ended(instance, purge);
    }

    private void ended(Instance instance, Change.Purge purge) {
        renaming.remove(instance, purge);
        purging.remove(instance, purge);
        look();
    }

    private void forget(Instance instance, Change.Purge purge) {
        Change gone = new Change.Purged(purge.instance(), purge.instanceId());
        lanes.services()
                .log()
                .submit(
                        List.of(gone),
                        false,
                        () -> lanes.io().execute(() -> {
                            purges().remove(purge.instance(), purge.instanceId());
                            notBefore.remove(purge);
                            named.remove(purge);
                            ended(instance, purge);
                            LOG.debug(
                                    "{} is purged and deleted on {}",
                                    purge.hidden().name(),
                                    instance);
                        }));
    }
}
