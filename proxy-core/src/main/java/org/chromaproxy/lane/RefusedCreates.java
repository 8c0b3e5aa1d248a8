package org.chromaproxy.lane;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Undoes a create that is refused or given up on an instance that may have executed it: before its lane passes the record, the
 * name is read there. What stands under it, empty and unknown to the catalog, is what the create made, as everything logged before
 * is applied there and nothing later is: it is put aside by its id, so that a late request harms no other collection, and that it
 * is to be deleted becomes durable with the cursor. Each step can be repeated after a crash. Something else under that name is
 * left, and reported. Confined to the catalog lanes' loop.
 */
final class RefusedCreates {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedCreates.class);
    private static final long TIMEOUT_MS = 5_000;
    /** Whatever is executed later than that does no harm: nobody can reach the collection. */
    private static final long WRITE_MS = 60_000;

    private final Lanes lanes;
    private final CatalogSteps steps;
    /** By the index of each lane, the LSN of the create that it looked for last. */
    private final Map<Integer, Long> begun = new HashMap<>();
    /** The same of the one that is known to have left nothing. */
    private final Map<Integer, Long> clean = new HashMap<>();

    RefusedCreates(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
    }

    /**
     * Begins, or goes on, with the lane's head, which is refused and may have been executed there.
     *
     * @return false if there is nothing to be undone
     */
    boolean undo(Lane lane, Write write) {
        if (write.kind() != OpKind.CREATE_COLLECTION || isClean(lane, write)) {
            return false;
        }
        if (!lane.takesWrites() || !lanes.services().owning()) {
            return true;
        }
        if (begun.getOrDefault(lane.index(), 0L) != write.lsn()) {
            begun.put(lane.index(), write.lsn());
            // What went wrong before was another request.
            lane.attempts().countFaults(0);
        }
        look(lane, write, named(write), there -> found(lane, write, there));
        return true;
    }

    private boolean isClean(Lane lane, Write write) {
        return clean.getOrDefault(lane.index(), 0L) == write.lsn();
    }

    private static Mapping.Path named(Write write) {
        return new Mapping.Path(
                write.subject().tenant(),
                write.subject().database(),
                write.subject().name());
    }

    private static Mapping.Path hidden(Write write) {
        return new Mapping.Path(
                write.subject().tenant(),
                write.subject().database(),
                Purges.PREFIX + write.subject().collection());
    }

    private static Change.Purge left(Lane lane, Write write, UUID id) {
        return new Change.Purge(lane.instance.name(), id, hidden(write));
    }

    private static Optional<UUID> id(Optional<CollectionHead> head) {
        return head.flatMap(known -> CollectionIds.parse(known.id()));
    }

    private void found(Lane lane, Write write, Optional<CollectionHead> there) {
        Optional<UUID> id = id(there);
        if (id.isEmpty()) {
            // It may have been put aside before a crash.
            look(
                    lane,
                    write,
                    hidden(write),
                    aside ->
                            id(aside).ifPresentOrElse(known -> undone(lane, write, known), () -> nothing(lane, write)));
        } else if (steps.catalog().holding(id.get()).isPresent()
                || steps.catalog().purges().held(lane.instance, id.get())) {
            nothing(lane, write);
        } else if (there.orElseThrow().dimension().isPresent()) {
            clean.put(lane.index(), write.lsn());
            steps.diverge(
                    lane,
                    write,
                    "it may have been executed there before it was refused, and a collection of that name holds records that"
                            + " nobody logged: it is left as it is");
        } else {
            putAside(lane, write, id.get());
        }
    }

    private void nothing(Lane lane, Write write) {
        clean.put(lane.index(), write.lsn());
        lanes.pump(lane);
    }

    private void putAside(Lane lane, Write write, UUID id) {
        ask(lane, write, ArrayPurge.aside(left(lane, write, id)), WRITE_MS, answer -> {
            if (answer.success() && Verdict.of(OpKind.MODIFY_COLLECTION, answer) == Verdict.APPLIED) {
                undone(lane, write, id);
            } else {
                lanes.fault(
                        lane,
                        write,
                        "what it made of a create that was refused cannot be put aside: " + answer.brief());
            }
        });
    }

    private void undone(Lane lane, Write write, UUID id) {
        LOG.warn(
                "record {} (create of {}) was refused, but {} had executed it: it is undone there",
                write.lsn(),
                named(write).name(),
                lane);
        clean.put(lane.index(), write.lsn());
        Change left = left(lane, write, id);
        steps.complete(lane, write, List.of(), List.of(left), WriteResult.of(ProxyError.WRITE_FAILED, "undone"));
    }

    /** Reads what stands under that name. */
    private void look(Lane lane, Write write, Mapping.Path path, Consumer<Optional<CollectionHead>> told) {
        ask(lane, write, UpstreamRequest.get(ChromaPaths.collection(path)), TIMEOUT_MS, answer -> {
            Optional<CollectionHead> head = CollectionJson.head(answer.body());
            Verdict verdict = Verdict.ofRead(answer);
            if (verdict == Verdict.MISSING) {
                told.accept(Optional.empty());
            } else if (verdict == Verdict.APPLIED && id(head).isPresent()) {
                told.accept(head);
            } else {
                lanes.fault(lane, write, "what it holds under that name cannot be read: " + answer.brief());
            }
        });
    }

    private void ask(Lane lane, Write write, UpstreamRequest request, long timeoutMs, Consumer<UpstreamResponse> told) {
        lane.occupy(new LaneState.Asking("what it may have executed of a refused create is undone"));
        CompletableFuture<UpstreamResponse> answered = lanes.io().send(lane.instance, request, timeoutMs);
        answered.whenComplete((answer, error) -> lanes.guarded(lane, write, () -> {
            if (lane.head() != write || lane.detached()) {
                return;
            }
            lane.free();
            if (answer == null) {
                lanes.fault(lane, write, "what it may have executed of a refused create cannot be undone: " + error);
            } else {
                told.accept(answer);
            }
        }));
    }
}
