package org.chromaproxy.copy;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.blocking.LogWrites;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.blocking.Waiting;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;

/** Changes of mappings by a worker: durable first, then in the catalog. */
public final class Mappings {
    private static final int TRIES = 20;
    private static final long WAIT_MS = 60_000;

    private final WriteAheadLog log;
    private final LogWrites writes;
    private final Catalog catalog;
    private final EventLoop catalogLoop;

    /** @param catalogLoop the loop of the catalog lanes, which change mappings too */
    public Mappings(WriteAheadLog log, LogWrites writes, Catalog catalog, EventLoop catalogLoop) {
        this.log = log;
        this.writes = writes;
        this.catalog = catalog;
        this.catalogLoop = catalogLoop;
    }

    /**
     * Takes over a collection that the catalog did not know.
     *
     * @param with changes to commit together with it
     */
    public CollectionEntry add(Mapping mapping, List<? extends Change> with) {
        List<Change> changes = new ArrayList<>(with);
        changes.add(new Change.PutMapping(mapping));
        CompletableFuture<Boolean> durable = new CompletableFuture<>();
        catalogLoop.execute(() -> {
            if (catalog.named(mapping.path()).isPresent()) {
                durable.completeExceptionally(new StepException("the name was taken meanwhile"));
            } else {
                log.submit(changes, true, LogWrites.completing(durable));
            }
        });
        Waiting.forResult(durable, WAIT_MS, mapping.path().toString());
        return catalog.put(mapping);
    }

    /**
     * Changes what is known of one collection on one instance. A mapping is stored whole, and a catalog record may be
     * changing another part of it: whoever commits last must have seen both, so this looks again until its change stands.
     *
     * @param with changes to commit together with it
     */
    public void place(CollectionEntry entry, Instance instance, Place place, List<? extends Change> with) {
        for (int i = 0; i < TRIES; i++) {
            if (put(entry, instance, place, with) && stands(entry, instance, place)) {
                return;
            }
        }
        throw new StepException(entry + ": its mapping keeps changing");
    }

    /** Computed and submitted on the catalog's loop, so that no step of a catalog record comes in between. */
    private boolean put(CollectionEntry entry, Instance instance, Place place, List<? extends Change> with) {
        CompletableFuture<Boolean> unchanged = new CompletableFuture<>();
        catalogLoop.execute(() -> {
            if (entry.deletedLsn() != 0) {
                unchanged.completeExceptionally(new StepException("it was deleted"));
                return;
            }
            Mapping wanted = entry.withPlace(instance, place);
            List<Change> changes = new ArrayList<>(with);
            changes.add(new Change.PutMapping(wanted));
            log.submit(
                    changes,
                    true,
                    ChangeListener.of(
                            () -> catalogLoop.execute(() -> {
                                Mapping now = entry.withPlace(instance, place);
                                catalog.put(now);
                                unchanged.complete(now.equals(wanted));
                            }),
                            // What was seen is out of date, a name that is another's by now: look again.
                            reason -> unchanged.complete(false)));
        });
        return Waiting.forResult(unchanged, WAIT_MS, entry.toString());
    }

    /** What was computed without this change was submitted before it was applied: once that is durable, it shows. */
    private boolean stands(CollectionEntry entry, Instance instance, Place place) {
        writes.submit(List.of());
        return Waiting.forResult(
                CompletableFuture.supplyAsync(
                        () -> entry.place(instance).filter(place::equals).isPresent(), catalogLoop),
                WAIT_MS,
                entry.toString());
    }
}
