package org.chromaproxy.lane;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
    private final Map<Instance, Change.Purge> busy = new HashMap<>();
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
            if (lane.takesWrites() && lanes.services().owning() && !busy.containsKey(lane.instance)) {
                pending.stream()
                        .filter(purge -> notBefore.getOrDefault(purge, now) - now <= 0)
                        .findFirst()
                        .ifPresent(purge -> begin(lane.instance, purge));
            }
        }
    }

    private Purges purges() {
        return lanes.services().catalog().purges();
    }

    private void begin(Instance instance, Change.Purge purge) {
        busy.put(instance, purge);
        if (named.remove(purge)) {
            putAside(instance, purge, () -> purge(instance, purge));
        } else {
            purge(instance, purge);
        }
    }

    /** These have their own names still: whoever makes a collection of such a name would be given what is to be deleted. */
    void stillNamed(List<Change.Purge> purges) {
        named.addAll(purges);
        purges.forEach(purge -> notBefore.put(purge, lanes.io().nanoTime()));
        look();
    }

    private void putAside(Instance instance, Change.Purge purge, Runnable then) {
        ArrayPurge.putAside(lanes, instance, purge).whenComplete((answer, error) -> {
            Verdict verdict = answer == null ? Verdict.FAULT : Verdict.of(OpKind.MODIFY_COLLECTION, answer);
            if (verdict == Verdict.MISSING) {
                forget(instance, purge);
            } else if (verdict == Verdict.APPLIED) {
                then.run();
            } else {
                named.add(purge);
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
                        putAside(instance, purge, () -> later(instance, purge, "it had its own name still"));
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
        busy.remove(instance);
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
                            busy.remove(instance);
                            look();
                            LOG.debug(
                                    "{} is purged and deleted on {}",
                                    purge.hidden().name(),
                                    instance);
                        }));
    }
}
