package org.chromaproxy.lane;

import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.Routes;
import org.chromaproxy.route.Segment;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.Subject;

/** Deleting a collection: by the name it has when its turn comes, never one that is protected by then. */
final class DeleteOp implements CatalogOp {
    /** Instead of DELETE in the record that forgets a collection which was deleted everywhere behind the proxy's back. */
    static final String FORGET = "FORGET";

    private final Lanes lanes;
    private final CatalogSteps steps;
    private final Drain drain;
    /** What is being put aside: that may not be so any more when it is sent again, or the answer comes. */
    private final Map<Where, Change.Purge> aside = new HashMap<>();
    /** What was not there to be put aside: whatever has its name is deleted by that. */
    private final Set<Where> byName = new HashSet<>();

    private record Where(int instance, long lsn) {}

    DeleteOp(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
        this.drain = new Drain(lanes, steps);
    }

    @Override
    public Plan plan(Lane lane, Write write) {
        if (forgets(write) && !lanes.decides(lane, write)) {
            return Plan.SKIP;
        }
        Optional<CollectionEntry> target = target(lane, write);
        if (target.isEmpty()) {
            return lanes.decides(lane, write) ? new Plan.Refuse(gone(write)) : Plan.SKIP;
        }
        CollectionEntry entry = target.get();
        if (lanes.decides(lane, write)
                && steps.catalog().isProtected(entry.path().name())) {
            String message = "Collection [" + entry.path().name()
                    + "] is protected by the proxy's configuration and cannot be deleted. Nothing was changed.";
            return new Plan.Refuse(WriteResult.of(ProxyError.PROTECTED, message));
        }
        if (entry.place(lane.instance).isEmpty() && !lanes.decides(lane, write)) {
            return Plan.SKIP;
        }
        if (!drain.done(lane, write, List.of(entry), forgets(write))) {
            return Plan.WAIT;
        }
        if (forgets(write)) {
            deleted(lane, write, List.of(), WriteResult.json(200, new byte[] {'{', '}'}));
            return Plan.WAIT;
        }
        Where where = new Where(lane.index(), write.lsn());
        Optional<Change.Purge> remainder = byName.contains(where)
                ? Optional.empty()
                : Optional.ofNullable(aside.get(where)).or(() -> remainder(lane, entry));
        remainder.ifPresent(purge -> aside.put(where, purge));
        return remainder
                .map(DeleteOp::aside)
                .orElseGet(() -> new Plan.Send("DELETE", ChromaPaths.collection(entry.path())));
    }

    /** Whether the collection is known to be gone everywhere: nothing is sent then. */
    private static boolean forgets(Write write) {
        return write.record().content().request().method().equals(FORGET);
    }

    /**
     * What is left of it when it has no name any more: its records may have metadata that the server would leave behind with it; or
     * the server may have it under another name, that of another collection perhaps, as it has not followed.
     */
    private Optional<Change.Purge> remainder(Lane lane, CollectionEntry entry) {
        return entry.place(lane.instance)
                .filter(place -> place.state() == PlaceState.DIVERGED
                        || !steps.catalog().purges().flat(entry.publicId()))
                .map(place -> Purges.purge(entry, lane.instance, place));
    }

    /** Its name is free at once; its records, and then it itself, are deleted when no read sees them any more. */
    private static Plan aside(Change.Purge purge) {
        UpstreamRequest request = ArrayPurge.aside(purge);
        return new Plan.Send(request.method(), request.uri(), request.body());
    }

    /** The leader finds it by name or id in the catalog of now; followers by the record that deleted it. */
    private Optional<CollectionEntry> target(Lane lane, Write write) {
        if (!lanes.decides(lane, write)) {
            return steps.catalog().deletedBy(write.lsn()).stream().findFirst();
        }
        Subject subject = write.subject();
        if (forgets(write)) {
            return steps.catalog().known(subject.collection()).filter(entry -> entry.deletedLsn() == 0);
        }
        return named(steps.catalog(), write);
    }

    /** The collection that now has the name, or the id, by which the record deletes one. */
    static Optional<CollectionEntry> named(Catalog catalog, Write write) {
        Subject subject = write.subject();
        Segment segment = Routes.classify(
                        HttpMethod.DELETE, write.record().content().request().path())
                .collection();
        return catalog.resolveName(subject.tenant(), subject.database(), segment.text());
    }

    private static WriteResult gone(Write write) {
        String message = ProxyError.noCollectionNamed(write.subject().name());
        return WriteResult.of(ProxyError.COLLECTION_NOT_FOUND, message);
    }

    @Override
    public void applied(Lane lane, Write write, UpstreamResponse answer) {
        Optional<Change> remainder = Optional.ofNullable(aside.get(new Where(lane.index(), write.lsn())));
        deleted(lane, write, remainder.stream().toList(), WriteResult.of(answer));
    }

    private void deleted(Lane lane, Write write, List<Change> left, WriteResult result) {
        Optional<CollectionEntry> target = target(lane, write);
        List<MappingEdit> effects = target.filter(entry -> lanes.decides(lane, write))
                .map(entry -> List.of(MappingEdit.deleted(entry, write.lsn())))
                .orElse(List.of());
        steps.complete(lane, write, effects, left, result);
    }

    @Override
    public void left(Lane lane, Write write) {
        Where where = new Where(lane.index(), write.lsn());
        aside.remove(where);
        byName.remove(where);
        drain.release(lane, write);
    }

    @Override
    public void detached(Lane lane) {
        aside.keySet().removeIf(where -> where.instance() == lane.index());
        byName.removeIf(where -> where.instance() == lane.index());
        drain.forget(lane);
    }

    @Override
    public boolean metItself(Lane lane, Write write, UpstreamResponse refusal) {
        if (refusal.status() != 404) {
            return false;
        }
        Where where = new Where(lane.index(), write.lsn());
        if (aside.remove(where) != null) {
            byName.add(where);
            lanes.pump(lane);
            return true;
        }
        // The catalog held it as alive at this record, and it is gone: that is what was asked for.
        deleted(lane, write, List.of(), WriteResult.json(200, new byte[] {'{', '}'}));
        return true;
    }
}
