package org.chromaproxy.lane;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of one collection: what they mean on the way out and on the way back. Confined to the loop of its lanes. */
final class CollectionSemantics implements LaneSemantics {
    private static final Logger LOG = LoggerFactory.getLogger(CollectionSemantics.class);
    private static final LaneState DIVERGING =
            new LaneState.Committing("that the instance holds something else than the leader is made durable");

    private final Lanes lanes;
    private final CollectionEntry entry;
    private final Dimension dimension;
    private final LimitedDelete limitedDelete;
    private final Merger merger;
    private final Replay replay = new Replay();
    private final Places places;
    private final GivingUp givingUp;
    private final Returns returns;
    private final Barrier barrier;
    private final FilterTrial filterTrial;
    private final LastWrites lastWrites;

    /** The parts keep it, and call it only once it runs. */
    @SuppressWarnings("this-escape")
    CollectionSemantics(Lanes lanes, CollectionEntry entry) {
        this.lanes = lanes;
        this.entry = entry;
        this.dimension = new Dimension(lanes, entry);
        this.limitedDelete = new LimitedDelete(lanes, this, entry);
        this.merger = new Merger(lanes, this, this::waitsForDelete);
        this.places = new Places(lanes, entry);
        this.barrier = new Barrier(lanes.io(), entry);
        this.givingUp = new GivingUp(lanes, this, entry, places, barrier);
        this.returns = new Returns(lanes, this, entry, places, this::whole, this::takeOut);
        this.filterTrial = new FilterTrial(lanes, this, entry);
        this.lastWrites = new LastWrites(lanes, entry);
        for (Lane lane : lanes.lanes()) {
            lane.follow(follows(entry, lane.instance, lanes.services().catalog()));
            lane.hold(entry.place(lane.instance)
                    .filter(place -> place.state() == PlaceState.COPYING)
                    .isPresent());
        }
    }

    /** Whether what is logged of the collection is for that instance: it holds it, or has still to create it. */
    static boolean follows(CollectionEntry entry, Instance instance, Catalog catalog) {
        if (instance.letGo()) {
            return false;
        }
        boolean created = entry.createdLsn() <= catalog.gate().applied(instance.index());
        return entry.place(instance)
                .map(place -> place.state() != PlaceState.DIVERGED)
                .orElse(!created);
    }

    /**
     * Whether that instance has still to create the collection. To be read before its place is: the catalog's loop makes
     * the place known first, and only then that it has passed the create.
     */
    private boolean pending(Lane lane) {
        return entry.createdLsn() > lanes.services().catalog().gate().applied(lane.index());
    }

    @Override
    public void tick() {
        returns.look();
        lastWrites.look();
    }

    /** The lane's instance is gone: what was under way there is in doubt. */
    void gone(Lane lane) {
        returns.gone(lane);
    }

    /** An instance has changed: what is in doubt may be compared now. */
    void look() {
        returns.look();
    }

    /** Whether nothing is in doubt or waited for, beside what the lanes themselves are at. */
    boolean atRest() {
        return returns.none() && dimension.isQueued() && lastWrites.none() && !replay.isTracking();
    }

    /** See {@link LastWrites#await}. */
    void awaitLastWrites(long lsn, boolean atOnce, Runnable ended) {
        lastWrites.await(lsn, atOnce, ended);
    }

    Replay replay() {
        return replay;
    }

    @Override
    public void pumped() {
        lastWrites.look();
    }

    @Override
    public boolean ready(Lane lane) {
        return entry.deletedLsn() != 0 || !pending(lane);
    }

    @Override
    public Plan plan(Lane lane, Write write) {
        if (entry.deletedLsn() != 0) {
            // One that is decided; see endsUnsent.
            return Plan.SKIP;
        }
        boolean pending = pending(lane);
        Optional<Place> place = entry.place(lane.instance);
        if (place.isEmpty()) {
            return pending ? Plan.WAIT : new Plan.Diverge("the collection does not exist there");
        }
        if (waitsForDelete(write)) {
            return Plan.WAIT;
        }
        String method = write.record().content().request().method();
        return new Plan.Send(method, write.pathIn(place.get().instanceId()));
    }

    @Override
    public boolean mayDecide(Write write) {
        return entry.deletedLsn() != 0 || !entry.closed();
    }

    /**
     * Once the collection is deleted: a write that was logged later is refused. One that was logged before, and was left without an
     * outcome, see {@link LastWrites}, may have been executed, and may have been read: it is given up.
     */
    @Override
    public boolean endsUnsent(Lane lane, Write write) {
        long deleted = entry.deletedLsn();
        if (deleted == 0) {
            return givingUp.goesOn(lane, write);
        }
        if (write.lsn() > deleted) {
            lanes.refuse(lane, write, notFound());
        } else {
            String text = "The collection was deleted (record " + deleted
                    + ") before this write, which was logged earlier, had an outcome: no server could be asked. It was given up;"
                    + " no instance is sent it any more. Whether it took effect before the deletion cannot be told.";
            write.foundGivenUp();
            lanes.conclude(lane, write, TransactionState.ABANDONED, WriteResult.of(ProxyError.WRITE_FAILED, text));
        }
        return true;
    }

    /** What is left undecided is executed nowhere before the deletion; the leader ends it before it passes that itself. */
    @Override
    public boolean drained(Lane lane) {
        if (lane.drainedToBarrier() || lastWrites.executed(lane)) {
            return true;
        }
        boolean left = entry.deletedLsn() == 0 ? entry.closed() : !lanes.leads(lane);
        Write head = lane.head();
        boolean decided = head == null
                ? lanes.lanes().stream().anyMatch(other -> other.cursor.applied() > lane.cursor.applied())
                : head.decided();
        return left && !decided && !lane.atWork();
    }

    private boolean waitsForDelete(Write write) {
        return !write.decided() && entry.waitsForDelete(write.lsn());
    }

    private WriteResult notFound() {
        return WriteResult.of(
                ProxyError.COLLECTION_NOT_FOUND,
                ProxyError.noCollectionWithId(entry.publicId().toString()));
    }

    @Override
    public boolean resolve(Lane lane, Write write, byte[] body) {
        return write.kind() == OpKind.DELETE && lanes.decides(lane, write) && limitedDelete.resolve(lane, write, body);
    }

    @Override
    public Batch batch(Lane lane, Write write, byte[] body) {
        return write.kind() == OpKind.DELETE
                ? Batch.of(write, lane.attempts().piece(write, body, lane.instance.losses()))
                : merger.from(lane, write, body);
    }

    @Override
    public Footprint footprint(Write write) {
        Footprint known = write.footprint();
        if (known == null) {
            byte[] body = write.body();
            known = body == null ? new Footprint.Everything("not read") : Footprints.of(write.kind(), body);
            write.footprint(known);
        }
        return entry.dimensionKnown() ? known : new Footprint.Everything("the dimension is not fixed yet");
    }

    @Override
    public void applied(Lane lane, Write write, UpstreamResponse answer) {
        if (!write.decided() && entry.deletedLsn() != 0) {
            // Were it told as done, a crash before that is durable would leave it without an outcome.
            lane.attempts().putInDoubt();
            lanes.pump(lane);
            return;
        }
        Optional<DeleteInPieces> pieces = lane.attempts().pieces();
        pieces.ifPresent(each -> each.applied(answer));
        if (pieces.filter(DeleteInPieces::hasMore).isPresent()) {
            lane.attempts().beforeNextPiece();
            lanes.pump(lane);
        } else {
            whole(lane, write, pieces.map(each -> each.whole(answer)).orElse(answer));
        }
    }

    private void whole(Lane lane, Write write, UpstreamResponse answer) {
        if (write.kind() == OpKind.ADD || write.kind() == OpKind.UPSERT) {
            entry.dimensionIsKnown();
        }
        Footprint touched = write.footprint();
        if (touched != null) {
            replay.applied(lane, write.kind(), touched);
        }
        returns.applied(lane, write);
        if (lanes.decides(lane, write)) {
            lanes.decide(write, Write.Decision.APPLIED, limitedDelete.told(write, answer));
            lanes.pass(lane, write);
            lanes.pumpAll();
        } else {
            lanes.pass(lane, write);
            lanes.pump(lane);
        }
    }

    @Override
    public void refused(Lane lane, Write write, UpstreamResponse answer) {
        if (lane.attempts().pieces().filter(DeleteInPieces::begun).isPresent()) {
            lanes.fault(lane, write, "it refuses the rest of a delete that it has begun: " + answer.brief());
            return;
        }
        if (lanes.decides(lane, write) && !entry.dimensionKnown() && write.kind() != OpKind.DELETE) {
            dimension.afterRefusal(lane, write, () -> lanes.takeRefusal(lane, write, answer));
        } else {
            lanes.takeRefusal(lane, write, answer);
        }
    }

    @Override
    public void missing(Lane lane, Write write, UpstreamResponse answer) {
        if (entry.deletedLsn() != 0) {
            lanes.pump(lane);
            return;
        }
        lastWrites.absent(lane, write);
        if (write.kind() == OpKind.OTHER) {
            // It may be something of its own that it does not know.
            refused(lane, write, answer);
        } else {
            lanes.contradicted(
                    lane, write, "the collection is alive in the catalog, but " + lane + " says: " + answer.brief());
        }
    }

    @Override
    public boolean examine(Lane lane, Write write, UpstreamResponse failure, Runnable otherwise) {
        return filterTrial.begin(lane, write, failure, otherwise);
    }

    @Override
    public void proveSound(Lane lane, Write write, Consumer<Boolean> told) {
        barrier.prove(lane, write, told);
    }

    @Override
    public void diverge(Lane lane, Write write, String reason) {
        boolean leads = lanes.leads(lane);
        if (leads && !lanes.yieldTo(reason)) {
            LOG.error("{} cannot be written on {}, and no other instance can take over: {}", entry, lane, reason);
            lane.attempts().countFaults(MAX_FOLLOWER_FAULTS);
            lanes.pause(lane, reason);
            return;
        }
        takeOut(lane, reason);
    }

    /** The instance holds something else than the leader, or cannot follow: it serves this collection no longer. */
    void takeOut(Lane lane, String reason) {
        Optional<Place> place = entry.place(lane.instance);
        lanes.services().stats().countDiverged();
        LOG.error(
                "{} has diverged on {}: {}. It is no longer read or written there; repair it by copy.",
                entry,
                lane,
                reason);
        if (place.isEmpty()) {
            lanes.detach(lane);
            lanes.pumpAll();
            return;
        }
        lane.occupy(DIVERGING);
        Place diverged = new Place(place.get().instanceId(), PlaceState.DIVERGED, reason);
        places.store(Map.of(lane.instance, diverged), List.of(), () -> {
            lanes.detach(lane);
            lanes.pumpAll();
        });
    }

    @Override
    public void giveUp(Lane lane, Write write, String why) {
        if (entry.dimensionKnown() || write.kind() == OpKind.DELETE) {
            givingUp.begin(lane, write, why);
        } else {
            dimension.afterRefusal(lane, write, () -> givingUp.begin(lane, write, why));
        }
    }

    @Override
    public void cutOff(Lane lane) {
        returns.cutOff(lane);
    }

    @Override
    public void left(Lane lane, Write write) {
        if (!write.refused() || !write.givenUp() || entry.deletedLsn() != 0) {
            return;
        }
        boolean unseen = write.recovered() && write.givenUpBefore();
        String stands = "record " + write.lsn() + " was given up without " + lane;
        if (!lanes.leads(lane) || (unseen && lanes.elect(other -> other.cursor.applied() >= write.lsn(), stands))) {
            // It may stand on who led then, and this one will never be sent it.
            returns.suspect(lane, write);
            givingUp.passes(lane, write);
            return;
        }
        // The same where one that has passed it led before.
        lanes.lanes().stream()
                .filter(other -> other != lane && other.cursor.applied() >= write.lsn())
                .forEach(other -> {
                    returns.suspect(other, write);
                    givingUp.passes(other, write);
                });
    }

    @Override
    public boolean canLead(Lane lane) {
        // Of one that is deleted there are only writes to be ended.
        boolean able = entry.deletedLsn() != 0
                ? !lane.detached()
                : whole(lane) && !givingUp.unasked(lane) && !returns.mayNotLead(lane);
        return lane.instance.preferable() && able;
    }

    @Override
    public boolean mayLinger(Lane lane, Write head) {
        return !head.recovered()
                && whole(lane)
                && entry.dimensionKnown()
                && Merger.mergeable(head)
                && returns.settled();
    }

    /** Whether that instance holds, or will hold, the whole collection, as far as is known. */
    boolean whole(Lane lane) {
        boolean pending = pending(lane);
        boolean whole = entry.place(lane.instance)
                .map(place -> place.state() == PlaceState.READY)
                .orElse(pending);
        return whole && !lane.detached() && !lane.held();
    }

    @Override
    public void deciding(Write write, Write.Decision decision) {
        if (decision == Write.Decision.REFUSED) {
            returns.refused(write);
        }
    }

    @Override
    public int preferredLeader() {
        return entry.preferredLeader();
    }
}
