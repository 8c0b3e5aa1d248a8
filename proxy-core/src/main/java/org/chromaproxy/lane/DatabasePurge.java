package org.chromaproxy.lane;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.wal.record.Change;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Before a database is deleted on an instance: that its collections are deleted becomes durable, so that nobody can reach them
 * and the deletion cannot be refused any more; then the records that have array-valued metadata are deleted there. Confined to
 * the catalog lanes' loop.
 */
final class DatabasePurge {
    private static final Logger LOG = LoggerFactory.getLogger(DatabasePurge.class);

    private final Lanes lanes;
    private final CatalogSteps steps;
    /** By index of the instance: the record whose purge is done there. */
    private final Map<Integer, Long> purged = new HashMap<>();

    DatabasePurge(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
    }

    /** Whether nothing is left to purge there; if something is, the lane is pumped once that is done. */
    boolean done(Lane lane, Write write, Collection<CollectionEntry> doomed, List<Change.Purge> hidden) {
        if (purged.getOrDefault(lane.index(), 0L) == write.lsn()) {
            return true;
        }
        Purges purges = steps.catalog().purges();
        List<CollectionEntry> mine = doomed.stream()
                .filter(entry -> entry.place(lane.instance).isPresent() && !purges.flat(entry.publicId()))
                .toList();
        if (mine.isEmpty() && hidden.isEmpty()) {
            return true;
        }
        List<CollectionEntry> alive =
                doomed.stream().filter(entry -> entry.deletedLsn() == 0).toList();
        if (!alive.isEmpty()) {
            // From then on it can no longer be refused.
            steps.deleteFirst(lane, write, alive);
        } else {
            purge(lane, write, mine, hidden);
        }
        return false;
    }

    private void purge(Lane lane, Write write, List<CollectionEntry> mine, List<Change.Purge> hidden) {
        lane.occupy(new LaneState.Asking("records with array-valued metadata are deleted before their database"));
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (CollectionEntry entry : mine) {
            all = all.thenCompose(done -> ArrayPurge.of(
                    lanes,
                    lane.instance,
                    entry.path(),
                    entry.place(lane.instance).orElseThrow().instanceId()));
        }
        for (Change.Purge left : hidden) {
            all = all.thenCompose(done -> ArrayPurge.of(lanes, lane.instance, left.hidden(), left.instanceId()));
        }
        all.whenComplete((done, error) -> {
            if (lane.head() != write || lane.detached()) {
                return;
            }
            if (error == null) {
                purged.put(lane.index(), write.lsn());
                steps.lookAgain(lane, write);
            } else {
                LOG.warn("the records of a deleted database are not purged on {} yet", lane, error);
                lanes.pause(lane, "its records are not purged: " + error.getMessage());
            }
        });
    }

    /** The record is done on that instance. */
    void forget(Lane lane) {
        purged.remove(lane.index());
    }
}
