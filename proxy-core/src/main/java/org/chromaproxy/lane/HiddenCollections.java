package org.chromaproxy.lane;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        ArrayPurge.of(lanes, instance, purge.hidden(), purge.instanceId())
                .thenCompose(done -> ArrayPurge.drop(lanes, instance, purge))
                .whenComplete((answer, error) -> {
                    if (answer != null && Verdict.of(OpKind.DELETE_COLLECTION, answer) == Verdict.APPLIED) {
                        forget(instance, purge);
                    } else if (answer != null && Verdict.of(OpKind.DELETE_COLLECTION, answer) == Verdict.MISSING) {
                        lookForIt(instance, purge);
                    } else {
                        LOG.warn(
                                "a deleted collection, {} on {}, is not purged there yet, tried again later: {}",
                                purge.hidden().name(),
                                instance,
                                answer == null ? error.getMessage() : answer.brief());
                        notBefore.put(purge, lanes.io().nanoTime() + RETRY_NANOS);
                        busy.remove(instance);
                    }
                });
    }

    /** Nothing has its hidden name: it is gone, or was never put aside, and has its own name still. */
    private void lookForIt(Instance instance, Change.Purge purge) {
        ArrayPurge.putAside(lanes, instance, purge).whenComplete((answer, error) -> {
            if (answer != null && Verdict.of(OpKind.MODIFY_COLLECTION, answer) == Verdict.MISSING) {
                forget(instance, purge);
            } else {
                notBefore.put(purge, lanes.io().nanoTime() + RETRY_NANOS);
                busy.remove(instance);
            }
        });
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
