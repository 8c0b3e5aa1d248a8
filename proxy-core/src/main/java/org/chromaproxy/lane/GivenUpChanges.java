package org.chromaproxy.lane;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;

/**
 * Looks for what an instance may have executed of a modification or deletion that was refused by another, or given up: before its
 * lane passes the record, it is asked for the collection by its id. One that is not there any more has diverged; one whose modification
 * has no effect elsewhere is to be compared. Each step can be repeated after a crash. Confined to the catalog lanes' loop.
 *
 * @see RefusedCreates
 */
final class GivenUpChanges {
    private static final long TIMEOUT_MS = 5_000;
    private static final LaneState LOOKING =
            new LaneState.Asking("what it may have executed of a record that has no effect elsewhere is looked for");

    private final Lanes lanes;
    private final CatalogSteps steps;
    /** By the index of each lane, the LSN of the record that is known to have left nothing. */
    private final Map<Integer, Long> clean = new HashMap<>();
    /** The record that was given up last, and who was compared then. */
    private long compared;

    private Set<Instance> comparedOn = Set.of();

    GivenUpChanges(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
    }

    /**
     * Begins, or goes on, with the lane's head, which has no effect and may have been executed there.
     *
     * @return false if there is nothing to be looked for
     */
    boolean look(Lane lane, Write write) {
        boolean changes = write.kind() == OpKind.MODIFY_COLLECTION
                || write.kind() == OpKind.DELETE_COLLECTION
                || write.kind() == OpKind.DELETE_DATABASE;
        boolean told = write.kind() == OpKind.MODIFY_COLLECTION && isKnown(lane, write);
        if (!changes || told || !write.refused() || isClean(lane, write)) {
            return false;
        }
        if (!lane.takesWrites() || !lanes.services().owning()) {
            return true;
        }
        if (write.kind() == OpKind.DELETE_DATABASE) {
            database(lane, write);
            return true;
        }
        List<CollectionEntry> meant = meant(write)
                .filter(known -> known.deletedLsn() == 0
                        && known.place(lane.instance)
                                .filter(place -> place.state() != PlaceState.DIVERGED)
                                .isPresent())
                .distinct()
                .toList();
        if (meant.isEmpty()) {
            return false;
        }
        collection(lane, write, meant);
        return true;
    }

    private boolean isClean(Lane lane, Write write) {
        return clean.getOrDefault(lane.index(), 0L) == write.lsn();
    }

    /**
     * Has what is still there of a given-up deletion of a database deleted, where its lane comes to it and was not sent it: all that was
     * logged for those collections before is applied there.
     *
     * @return false if nothing is left there
     */
    boolean deletes(Lane lane, Write write) {
        if (!write.givenUp() || lane.mayHave(write) || isClean(lane, write)) {
            return false;
        }
        List<Change.Purge> left = leftOver(lane, write);
        if (!left.isEmpty() && lanes.services().owning()) {
            passed(lane, write, List.of(), left);
        }
        return !left.isEmpty();
    }

    /**
     * What may still be there of collections that the record deletes, or was to: nobody can reach them any more, and they are deleted in
     * the background, by their ids.
     */
    List<Change.Purge> leftOver(Lane lane, Write write) {
        return steps.catalog().deletedBy(write.lsn()).stream()
                .flatMap(entry ->
                        entry.place(lane.instance).stream().map(place -> Purges.purge(entry, lane.instance, place)))
                .toList();
    }

    /** A deletion's name is looked up when its turn comes, and may have been another's when it arrived, or be another's now. */
    private Stream<CollectionEntry> meant(Write write) {
        Stream<CollectionEntry> known = steps.catalog().known(write.subject().collection()).stream();
        return write.kind() == OpKind.DELETE_COLLECTION
                ? Stream.concat(known, DeleteOp.named(steps.catalog(), write).stream())
                : known;
    }

    /** These were read, and compared with the leader, when the record was given up. */
    void compared(Write write, Set<Instance> instances) {
        compared = write.lsn();
        comparedOn = Set.copyOf(instances);
    }

    /** Whether nothing is left to be found out of a modification there: what the leader holds stands. */
    private boolean isKnown(Lane lane, Write write) {
        return lanes.leads(lane) || (compared == write.lsn() && comparedOn.contains(lane.instance));
    }

    private void database(Lane lane, Write write) {
        Subject subject = write.subject();
        ask(lane, write, ChromaPaths.database(subject.tenant(), subject.database()), answer -> {
            if (Verdict.ofRead(answer) != Verdict.MISSING) {
                passed(lane, write, List.of(), leftOver(lane, write));
                return;
            }
            List<MappingEdit> edits = steps.catalog().list(subject.tenant(), subject.database()).stream()
                    .flatMap(entry -> diverged(lane, write, entry).stream())
                    .toList();
            // With it all that it held.
            passed(lane, write, edits, List.of());
        });
    }

    /** By its id: what its name is there depends on where the lane stands. */
    private void collection(Lane lane, Write write, List<CollectionEntry> entries) {
        CollectionEntry entry = entries.getFirst();
        Place place = entry.place(lane.instance).orElseThrow();
        ask(lane, write, ChromaPaths.records(entry.path(), place.instanceId(), "count"), answer -> {
            if (Verdict.ofRead(answer) == Verdict.MISSING) {
                passed(lane, write, diverged(lane, write, entry).stream().toList(), List.of());
            } else if (write.kind() == OpKind.DELETE_COLLECTION) {
                putAside(lane, write, entries);
            } else if (place.state() == PlaceState.READY) {
                String reason = "record " + write.lsn()
                        + ", which modifies it, was refused or given up without it; to be compared";
                Place unverified = new Place(place.instanceId(), PlaceState.UNVERIFIED, reason);
                passed(lane, write, List.of(MappingEdit.place(entry, lane.instance, unverified)), List.of());
            } else {
                nothing(lane, write);
            }
        });
    }

    /** A deletion may have been begun as a renaming: then the collection is there, but not where anybody looks for it. */
    private void putAside(Lane lane, Write write, List<CollectionEntry> entries) {
        CollectionEntry entry = entries.getFirst();
        UUID here = entry.place(lane.instance).orElseThrow().instanceId();
        ask(lane, write, ChromaPaths.collection(Purges.hidden(entry)), answer -> {
            boolean aside = Verdict.ofRead(answer) == Verdict.APPLIED
                    && CollectionJson.head(answer.body())
                            .flatMap(head -> CollectionIds.parse(head.id()))
                            .filter(here::equals)
                            .isPresent();
            if (aside) {
                passed(lane, write, diverged(lane, write, entry).stream().toList(), List.of());
            } else if (entries.size() > 1) {
                collection(lane, write, entries.subList(1, entries.size()));
            } else {
                nothing(lane, write);
            }
        });
    }

    private static Optional<MappingEdit> diverged(Lane lane, Write write, CollectionEntry entry) {
        String reason = "record " + write.lsn() + " was refused or given up, and this instance had executed it";
        return entry.place(lane.instance)
                .map(place -> new Place(place.instanceId(), PlaceState.DIVERGED, reason))
                .map(place -> MappingEdit.place(entry, lane.instance, place));
    }

    private void passed(Lane lane, Write write, List<MappingEdit> edits, List<Change.Purge> leftOver) {
        clean.put(lane.index(), write.lsn());
        if (!edits.isEmpty()) {
            lanes.services().stats().countDiverged();
        }
        steps.stillNamed(leftOver);
        steps.complete(lane, write, edits, List.copyOf(leftOver), WriteResult.of(ProxyError.WRITE_FAILED, "given up"));
    }

    private void nothing(Lane lane, Write write) {
        clean.put(lane.index(), write.lsn());
        lanes.pump(lane);
    }

    private void ask(Lane lane, Write write, String path, Consumer<UpstreamResponse> told) {
        lane.occupy(LOOKING);
        lanes.io()
                .send(lane.instance, UpstreamRequest.get(path), TIMEOUT_MS)
                .whenComplete((answer, error) -> lanes.guarded(lane, write, () -> {
                    if (lane.head() != write || lane.detached()) {
                        return;
                    }
                    lane.free();
                    Verdict verdict = answer == null ? Verdict.FAULT : Verdict.ofRead(answer);
                    if (verdict == Verdict.APPLIED || verdict == Verdict.MISSING) {
                        told.accept(answer);
                    } else {
                        lanes.fault(
                                lane,
                                write,
                                "what it may have executed of a record that has no effect elsewhere cannot be read");
                    }
                }));
    }
}
