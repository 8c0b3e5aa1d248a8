package org.chromaproxy.lane;

import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.DeleteBody;
import org.chromaproxy.scan.DeleteScan;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;

/**
 * Deletes whose filter no server can evaluate: SQLite refuses one of 1,100 terms or of 40,000 values, and Chroma answers 500
 * (seen on 1.0.5 and 1.5.9). A delete finds its matches before it deletes any, so that where a get with the same filter
 * fails likewise nothing should be deleted. Where every instance that could take the delete fails that get, and the leader
 * holds as many records as one that was never sent the delete, the leader's answer is told, and nobody else is sent it.
 * Confined to the group's loop.
 */
final class FilterTrial {
    private static final long TIMEOUT_MS = 10_000;

    private final Lanes group;
    private final LaneSemantics semantics;
    private final CollectionEntry entry;

    FilterTrial(Lanes group, LaneSemantics semantics, CollectionEntry entry) {
        this.group = group;
        this.semantics = semantics;
        this.entry = entry;
    }

    /**
     * Begins to find out whether the leader's failure is the filter's.
     *
     * @param otherwise what to do if it is not, or cannot be told
     * @return false if it cannot be: then nothing was begun
     */
    boolean begin(Lane leader, Write write, UpstreamResponse failure, Runnable otherwise) {
        byte[] body = write.body();
        if (write.kind() != OpKind.DELETE || body == null || leader.attempts().faults() > 0 || write.recovered()) {
            // One that was under way before may have had its effect then.
            return false;
        }
        DeleteBody delete = DeleteScan.of(body);
        if (!delete.understood() || !delete.filtered()) {
            return false;
        }
        List<Lane> asked = new ArrayList<>(List.of(leader));
        group.lanes().stream()
                .filter(lane -> lane != leader && lane.takesWrites() && semantics.canLead(lane))
                .forEach(asked::add);
        leader.occupy(new LaneState.Asking("the servers are asked whether they can evaluate the filter"));
        String get = new String(delete.resolvingGet(body), StandardCharsets.UTF_8);
        next(new Trial(leader, write, failure, get, otherwise), asked.iterator());
        return true;
    }

    private record Trial(Lane leader, Write write, UpstreamResponse failure, String get, Runnable otherwise) {}

    private void next(Trial trial, Iterator<Lane> others) {
        if (!others.hasNext()) {
            count(trial);
            return;
        }
        Lane lane = others.next();
        Optional<UUID> id = entry.place(lane.instance).map(Place::instanceId);
        if (id.isEmpty()) {
            next(trial, others);
            return;
        }
        String path = ChromaPaths.records(entry.path(), id.get(), "get");
        group.io()
                .send(lane.instance, UpstreamRequest.json(HttpMethod.POST.name(), path, trial.get), TIMEOUT_MS)
                .whenComplete((answer, error) -> group.guarded(trial.leader, trial.write, () -> {
                    if (group.overtaken(trial.leader, trial.write)) {
                        return;
                    }
                    if (answer != null && Verdict.ownFailure(answer)) {
                        next(trial, others);
                    } else {
                        otherwise(trial);
                    }
                }));
    }

    /** Both may have failed by accident, one after the other: a delete that had its effect leaves fewer records. */
    private void count(Trial trial) {
        Optional<Lane> untouched = group.lanes().stream()
                .filter(lane -> lane != trial.leader && lane.head() == trial.write && !lane.isOccupied())
                .filter(lane -> lane.takesWrites() && semantics.canLead(lane) && !lane.mayHave(trial.write))
                .findFirst();
        if (untouched.isEmpty()) {
            otherwise(trial);
            return;
        }
        count(trial.leader)
                .thenCombine(count(untouched.get()), (mine, other) -> mine.isPresent() && mine.equals(other))
                .thenAccept(equal -> group.guarded(trial.leader, trial.write, () -> {
                    if (group.overtaken(trial.leader, trial.write)) {
                        return;
                    }
                    if (equal) {
                        trial.leader.free();
                        group.conclude(
                                trial.leader, trial.write, TransactionState.FAILED, WriteResult.of(trial.failure));
                    } else {
                        otherwise(trial);
                    }
                }));
    }

    private CompletableFuture<Optional<String>> count(Lane lane) {
        Optional<UUID> id = entry.place(lane.instance).map(Place::instanceId);
        if (id.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        String path = ChromaPaths.records(entry.path(), id.get(), "count");
        return group.io()
                .send(lane.instance, UpstreamRequest.get(path), TIMEOUT_MS)
                .handle((answer, error) -> Optional.ofNullable(answer)
                        .filter(UpstreamResponse::success)
                        .map(UpstreamResponse::text));
    }

    private static void otherwise(Trial trial) {
        trial.leader.free();
        trial.otherwise.run();
    }
}
