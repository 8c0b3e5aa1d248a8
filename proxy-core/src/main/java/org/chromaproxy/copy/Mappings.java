package org.chromaproxy.copy;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.blocking.LogWrites;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.blocking.Waiting;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;

/** Changes of mappings by a worker: durable first, then in the catalog. */
public final class Mappings {
    private static final long WAIT_MS = 60_000;

    private final WriteAheadLog log;
    private final Catalog catalog;
    private final LaneRegistry lanes;
    private final EventLoop catalogLoop;

    /** @param catalogLoop the loop of the catalog lanes, which change mappings too */
    Mappings(WriteAheadLog log, Catalog catalog, LaneRegistry lanes, EventLoop catalogLoop) {
        this.log = log;
        this.catalog = catalog;
        this.lanes = lanes;
        this.catalogLoop = catalogLoop;
    }

    /**
     * Takes over a collection that the catalog did not know.
     *
     * @param lead who leads it, if that is not the first instance that holds it
     */
    public CollectionEntry add(Mapping mapping, Optional<Change.Lead> lead) {
        List<Change> changes = lanes.takeOvers().changes(mapping, lead);
        CompletableFuture<Boolean> durable = new CompletableFuture<>();
        catalogLoop.execute(() -> {
            if (catalog.named(mapping.path()).isPresent()) {
                durable.completeExceptionally(new StepException("the name was taken meanwhile"));
            } else {
                log.submit(changes, true, LogWrites.completing(durable));
            }
        });
        Waiting.forResult(durable, WAIT_MS, mapping.path().toString());
        lanes.takeOvers().begin(changes);
        return catalog.put(mapping);
    }

    /**
     * Changes what is known of one collection on one instance; returns once that is durable and known.
     *
     * @param with changes to commit together with it
     */
    public void place(CollectionEntry entry, Instance instance, Place place, List<? extends Change> with) {
        change(entry, MappingEdit.place(entry, instance, place), with);
    }

    /** The same, so that the collection has no place there. */
    public void unplace(CollectionEntry entry, Instance instance) {
        change(entry, MappingEdit.unplace(entry, instance), List.of());
    }

    /** Forgets a collection altogether; returns once that is durable and known. */
    public void drop(CollectionEntry entry) {
        CompletableFuture<Boolean> durable = new CompletableFuture<>();
        log.submit(List.of(new Change.DropMapping(entry.publicId())), true, LogWrites.completing(durable));
        Waiting.forResult(durable, WAIT_MS, entry.toString());
        catalog.drop(entry.publicId());
    }

    private void change(CollectionEntry entry, MappingEdit edit, List<? extends Change> with) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        catalogLoop.execute(() -> {
            if (entry.deletedLsn() != 0) {
                done.completeExceptionally(new StepException("it was deleted"));
                return;
            }
            catalog.changes().begin(List.of(edit), begun -> {
                List<Change> changes = new ArrayList<>(with);
                changes.add(new Change.PutMapping(begun.getFirst().mapping()));
                log.submit(
                        changes,
                        true,
                        ChangeListener.of(
                                () -> {
                                    catalog.changes().durable(begun);
                                    done.complete(true);
                                },
                                reason -> {
                                    catalog.changes().refused(begun);
                                    done.completeExceptionally(new StepException(reason));
                                }));
            });
        });
        Waiting.forResult(done, WAIT_MS, entry.toString());
    }
}
