package org.chromaproxy.lane.catalog;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingChanges;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.http.Json;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.lane.Lane;
import org.chromaproxy.lane.write.Plan;
import org.chromaproxy.lane.write.Write;
import org.chromaproxy.lane.write.WriteResult;
import org.chromaproxy.rewrite.UuidSwap;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.scan.CreateScan;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer to a create whose name the catalog knows: a refusal, or for a get-or-create what an instance says of the
 * collection. One that has lost it behind the proxy's back holds up nobody: the next that holds it is asked.
 */
final class ExistingAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(ExistingAnswer.class);
    private static final long LOOKUP_MS = 5_000;
    private static final int NOT_FOUND = 404;

    private final CatalogLanes lanes;

    ExistingAnswer(CatalogLanes lanes) {
        this.lanes = lanes;
    }

    Plan plan(Lane lane, Write write, CollectionEntry entry) {
        byte[] body = write.body();
        if (body == null) {
            // Re-read only to learn whether it was get-or-create.
            return CreateOp.send(write);
        }
        boolean getOrCreate =
                CreateScan.of(body).map(CreateScan.Body::getOrCreate).orElse(false);
        if (!getOrCreate) {
            String message = "Collection [" + entry.path().name() + "] already exists";
            return new Plan.Refuse(WriteResult.json(409, Json.error("ChromaError", message)));
        }
        Optional<Lane> source = source(lane, entry);
        if (source.isEmpty()) {
            String message =
                    "Collection [" + entry.path().name() + "] exists, but no instance holds it any more: it was"
                            + " removed behind the proxy's back. Nothing was changed; delete it and create it again.";
            return new Plan.Refuse(WriteResult.json(500, ProxyError.WRITE_FAILED.body(message)));
        }
        ask(source.get(), lane, write, entry);
        return Plan.WAIT;
    }

    /** The lane that decides has applied everything before this record; if it does not hold it, one that is up. */
    private Optional<Lane> source(Lane deciding, CollectionEntry entry) {
        List<Lane> holders = lanes.lanes().stream()
                .filter(lane -> entry.place(lane.instance)
                        .filter(place -> place.state() != PlaceState.DIVERGED)
                        .isPresent())
                .toList();
        return holders.contains(deciding)
                ? Optional.of(deciding)
                : holders.stream()
                        .filter(lane -> lane.instance.usable())
                        .findFirst()
                        .or(() -> holders.stream().findFirst());
    }

    private void ask(Lane source, Lane lane, Write write, CollectionEntry entry) {
        lane.busy = true;
        lookup(
                source,
                entry.path(),
                answer -> {
                    lane.busy = false;
                    Optional<CollectionHead> head = CollectionJson.head(answer.body());
                    if (answer.status() == NOT_FOUND && upToDate(source, lane)) {
                        lost(source, lane, entry);
                    } else if (!answer.success() || head.isEmpty()) {
                        lanes.pause(lane, source + " could not be asked for " + entry);
                    } else {
                        UuidSwap.swapAt(answer.body(), head.get().idStart(), entry.publicId());
                        lanes.complete(lane, write, List.of(), WriteResult.of(answer));
                    }
                },
                () -> {
                    lane.busy = false;
                    lanes.pause(lane, source + " could not be asked for " + entry);
                });
    }

    /** A rename may still be before the other lane. */
    private boolean upToDate(Lane source, Lane deciding) {
        return source == deciding || lanes.gate().readable(source.index());
    }

    /** The catalog says it is there, the instance says it is not: from now on it is not read there. */
    private void lost(Lane source, Lane lane, CollectionEntry entry) {
        Optional<Place> place = entry.place(source.instance);
        if (place.isEmpty() || entry.deletedLsn() != 0) {
            lanes.pump(lane);
            return;
        }
        lane.busy = true;
        String reason = "the collection is alive in the catalog, but the instance does not know it";
        LOG.error("{} has diverged on {}: {}. It is no longer read there; repair it by copy.", entry, source, reason);
        lanes.services().stats().countDiverged();
        Place diverged = new Place(place.get().instanceId(), PlaceState.DIVERGED, reason);
        MappingChanges changes = lanes.catalog().changes();
        changes.begin(List.of(MappingEdit.place(entry, source.instance, diverged)), begun -> {
            Change change = new Change.PutMapping(begun.getFirst().mapping());
            ChangeListener listener = ChangeListener.of(
                    () -> {
                        changes.durable(begun);
                        lanes.loop().execute(() -> goOn(lane));
                    },
                    refused -> {
                        changes.refused(begun);
                        lanes.loop().execute(() -> goOn(lane));
                    });
            lanes.services().log().submit(List.of(change), true, listener);
        });
    }

    private void goOn(Lane lane) {
        lane.busy = false;
        lanes.pump(lane);
    }

    void lookup(Lane lane, Mapping.Path path, Consumer<UpstreamResponse> found, Runnable failed) {
        UpstreamRequest get = UpstreamRequest.get(ChromaPaths.collection(path));
        lanes.services()
                .upstream()
                .send(lanes.loop(), lane.instance, get, LOOKUP_MS)
                .whenComplete((answer, error) -> {
                    if (answer == null) {
                        failed.run();
                    } else {
                        found.accept(answer);
                    }
                });
    }
}
