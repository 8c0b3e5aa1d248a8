package org.chromaproxy.lane;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.Routes;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lanes of one collection. */
final class RecordLanes extends LaneGroup {
    private static final Logger LOG = LoggerFactory.getLogger(RecordLanes.class);
    /** Seconds after which lanes at rest are let go; they are made anew when needed. */
    private static final int IDLE_TICKS = 30;

    private static final LaneState DIVERGING =
            new LaneState.Committing("that the instance holds something else than the leader is made durable");

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
    private int idleTicks;
    /** Made for something that is soon done, and not written to since. */
    private boolean brief;

    private volatile boolean retired;

    RecordLanes(CollectionEntry entry, LaneIo io, LaneServices services, long term) {
        super(entry.publicId(), io, services, entry.gate(), term);
        this.entry = entry;
        this.dimension = new Dimension(this, entry);
        this.limitedDelete = new LimitedDelete(this, entry);
        this.merger = new Merger(this, this::waitsForDelete);
        this.places = new Places(this, entry);
        this.barrier = new Barrier(this, entry);
        this.givingUp = new GivingUp(this, entry, places, barrier);
        this.returns = new Returns(this, entry, places);
        this.filterTrial = new FilterTrial(this, entry);
        this.lastWrites = new LastWrites(this, entry);
        for (Lane lane : lanes()) {
            lane.follow(follows(entry, lane.instance, services.catalog()));
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
        return entry.createdLsn() > services().catalog().gate().applied(lane.index());
    }

    @Override
    void tick() {
        super.tick();
        returns.look();
        lastWrites.look();
        idleTicks = atRest() ? idleTicks + 1 : 0;
    }

    /** Whether nobody has needed it for so long that it had better be made anew when somebody does. */
    boolean isIdle() {
        return idleTicks > (brief ? 0 : IDLE_TICKS);
    }

    /** Whether it was needed for a moment only, and that is over. */
    boolean isDone() {
        return brief && atRest();
    }

    /** It is needed for a moment only: to catch up, or for a deletion. */
    void brief() {
        brief = true;
    }

    @Override
    void offer(Write write) {
        brief = false;
        super.offer(write);
    }

    /** It is let go: whoever still has it must ask for its successor. */
    void retire() {
        retired = true;
    }

    boolean retired() {
        return retired;
    }

    @Override
    boolean ready(Lane lane) {
        return entry.deletedLsn() != 0 || !pending(lane);
    }

    @Override
    Plan plan(Lane lane, Write write) {
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
        return new Plan.Send(method, path(write, place.get().instanceId()));
    }

    @Override
    void pump(Lane lane) {
        super.pump(lane);
        lastWrites.look();
    }

    /** See {@link LastWrites#await}. */
    void awaitLastWrites(long lsn, boolean atOnce, Runnable ended) {
        lastWrites.await(lsn, atOnce, ended);
    }

    @Override
    protected boolean mayDecide(Write write) {
        return entry.deletedLsn() != 0 || !entry.closed();
    }

    /**
     * Once the collection is deleted: a write that was logged later is refused. One that was logged before, and was left without an
     * outcome, see {@link LastWrites}, may have been executed, and may have been read: it is given up.
     */
    @Override
    protected boolean endsUnsent(Lane lane, Write write) {
        long deleted = entry.deletedLsn();
        if (deleted == 0) {
            return givingUp.goesOn(lane, write);
        }
        if (write.lsn() > deleted) {
            refuse(lane, write, notFound());
        } else {
            String text = "The collection was deleted (record " + deleted
                    + ") before this write, which was logged earlier, had an outcome: no server could be asked. It was given up;"
                    + " no instance is sent it any more. Whether it took effect before the deletion cannot be told.";
            write.foundGivenUp();
            conclude(lane, write, TransactionState.ABANDONED, WriteResult.of(ProxyError.WRITE_FAILED, text));
        }
        return true;
    }

    /** What is left undecided is executed nowhere before the deletion; the leader ends it before it passes that itself. */
    @Override
    protected boolean drained(Lane lane) {
        if (super.drained(lane) || lastWrites.executed(lane)) {
            return true;
        }
        boolean left = entry.deletedLsn() == 0 ? entry.closed() : !leadership().leads(lane);
        Write head = lane.head();
        boolean decided = head == null
                ? lanes().stream().anyMatch(other -> other.cursor.applied() > lane.cursor.applied())
                : head.decided();
        return left && !decided && !lane.atWork();
    }

    private boolean waitsForDelete(Write write) {
        return !write.decided() && entry.waitsForDelete(write.lsn());
    }

    static String path(Write write, UUID instanceId) {
        String path = write.record().content().request().path();
        return UuidSwap.swapSegment(path, Routes.classify(HttpMethod.POST, path).collection(), instanceId);
    }

    private WriteResult notFound() {
        return WriteResult.of(
                ProxyError.COLLECTION_NOT_FOUND,
                ProxyError.noCollectionWithId(entry.publicId().toString()));
    }

    @Override
    boolean resolve(Lane lane, Write write, byte[] body) {
        return write.kind() == OpKind.DELETE && decides(lane, write) && limitedDelete.resolve(lane, write, body);
    }

    @Override
    Batch batch(Lane lane, Write write, byte[] body) {
        return write.kind() == OpKind.DELETE
                ? Batch.of(write, lane.attempts().piece(write, body, lane.instance.losses()))
                : merger.from(lane, write, body);
    }

    @Override
    Footprint footprint(Write write) {
        Footprint known = write.footprint();
        if (known == null) {
            byte[] body = write.body();
            known = body == null ? new Footprint.Everything("not read") : Footprints.of(write.kind(), body);
            write.footprint(known);
        }
        return entry.dimensionKnown() ? known : new Footprint.Everything("the dimension is not fixed yet");
    }

    @Override
    void applied(Lane lane, Write write, UpstreamResponse answer) {
        if (!write.decided() && entry.deletedLsn() != 0) {
            // Were it told as done, a crash before that is durable would leave it without an outcome.
            lane.attempts().putInDoubt();
            pump(lane);
            return;
        }
        Optional<DeleteInPieces> pieces = lane.attempts().pieces();
        pieces.ifPresent(each -> each.applied(answer));
        if (pieces.filter(DeleteInPieces::hasMore).isPresent()) {
            lane.attempts().beforeNextPiece();
            pump(lane);
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
        if (decides(lane, write)) {
            decide(write, Write.Decision.APPLIED, limitedDelete.told(write, answer));
            pass(lane, write);
            pumpAll();
        } else {
            pass(lane, write);
            pump(lane);
        }
    }

    @Override
    void refused(Lane lane, Write write, UpstreamResponse answer) {
        if (lane.attempts().pieces().filter(DeleteInPieces::begun).isPresent()) {
            fault(lane, write, "it refuses the rest of a delete that it has begun: " + answer.brief());
            return;
        }
        if (decides(lane, write) && !entry.dimensionKnown() && write.kind() != OpKind.DELETE) {
            dimension.afterRefusal(lane, write, () -> super.refused(lane, write, answer));
        } else {
            super.refused(lane, write, answer);
        }
    }

    @Override
    void missing(Lane lane, Write write, UpstreamResponse answer) {
        if (entry.deletedLsn() != 0) {
            pump(lane);
            return;
        }
        lastWrites.absent(lane, write);
        if (write.kind() == OpKind.OTHER) {
            // It may be something of its own that it does not know.
            refused(lane, write, answer);
        } else {
            contradicted(
                    lane, write, "the collection is alive in the catalog, but " + lane + " says: " + answer.brief());
        }
    }

    @Override
    boolean examine(Lane lane, Write write, UpstreamResponse failure, Runnable otherwise) {
        return filterTrial.begin(lane, write, failure, otherwise);
    }

    @Override
    void proveSound(Lane lane, Write write, Consumer<Boolean> told) {
        barrier.prove(lane, write, told);
    }

    @Override
    void diverge(Lane lane, Write write, String reason) {
        boolean leads = leadership().leads(lane);
        if (leads && !leadership().yieldTo(reason)) {
            LOG.error("{} cannot be written on {}, and no other instance can take over: {}", entry, lane, reason);
            lane.attempts().countFaults(MAX_FOLLOWER_FAULTS);
            pause(lane, reason);
            return;
        }
        takeOut(lane, reason);
    }

    /** The instance holds something else than the leader, or cannot follow: it serves this collection no longer. */
    void takeOut(Lane lane, String reason) {
        Optional<Place> place = entry.place(lane.instance);
        services().stats().countDiverged();
        LOG.error(
                "{} has diverged on {}: {}. It is no longer read or written there; repair it by copy.",
                entry,
                lane,
                reason);
        if (place.isEmpty()) {
            detach(lane);
            pumpAll();
            return;
        }
        lane.occupy(DIVERGING);
        Place diverged = new Place(place.get().instanceId(), PlaceState.DIVERGED, reason);
        places.store(Map.of(lane.instance, diverged), List.of(), () -> {
            detach(lane);
            pumpAll();
        });
    }

    @Override
    void giveUp(Lane lane, Write write, String why) {
        if (entry.dimensionKnown() || write.kind() == OpKind.DELETE) {
            givingUp.begin(lane, write, why);
        } else {
            dimension.afterRefusal(lane, write, () -> givingUp.begin(lane, write, why));
        }
    }

    @Override
    void cutOff(Lane lane) {
        returns.cutOff(lane);
    }

    @Override
    void left(Lane lane, Write write) {
        if (!write.refused() || !write.givenUp() || entry.deletedLsn() != 0) {
            return;
        }
        boolean unseen = write.recovered() && write.givenUpBefore();
        String stands = "record " + write.lsn() + " was given up without " + lane;
        if (!leadership().leads(lane)
                || (unseen && leadership().elect(other -> other.cursor.applied() >= write.lsn(), stands))) {
            // It may stand on who led then, and this one will never be sent it.
            returns.suspect(lane, write);
            givingUp.passes(lane, write);
            return;
        }
        // The same where one that has passed it led before.
        lanes().stream()
                .filter(other -> other != lane && other.cursor.applied() >= write.lsn())
                .forEach(other -> returns.suspect(other, write));
    }

    @Override
    boolean canLead(Lane lane) {
        // Of one that is deleted there are only writes to be ended.
        boolean able = entry.deletedLsn() != 0
                ? !lane.detached()
                : whole(lane) && !givingUp.unasked(lane) && !returns.mayNotLead(lane);
        return lane.instance.preferable() && able;
    }

    @Override
    boolean mayLinger(Lane lane, Write head) {
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
    void instanceChanged(Instance instance) {
        if (!instance.usable()) {
            returns.gone(lane(instance.index()));
        }
        super.instanceChanged(instance);
        returns.look();
    }

    @Override
    void decide(Write write, Write.Decision decision, WriteResult result) {
        if (decision == Write.Decision.REFUSED) {
            returns.refused(write);
        }
        super.decide(write, decision, result);
    }

    @Override
    boolean atRest() {
        return super.atRest() && returns.none() && dimension.isQueued() && lastWrites.none();
    }

    @Override
    int preferredLeader() {
        return entry.preferredLeader();
    }

    /** Lets no record beyond {@code lsn} pass this lane; calls back once all up to it are done. */
    void barrier(int instance, long lsn, Runnable reached) {
        Lane lane = lane(instance);
        if (entry.deletedLsn() != 0) {
            // Nobody needs a copy any more, and the deletion must not wait for it.
            lane.hold(false);
        }
        lane.raiseBarrier(lsn, reached);
        pump(lane);
    }

    /** It was let go of while it stood at that barrier: its successor stands there, too. */
    void restoreBarrier(int instance, long lsn) {
        lane(instance).raiseBarrier(lsn, null);
    }

    /** Ends a barrier, or a copy's hold. */
    void release(int instance) {
        Lane lane = lane(instance);
        lane.dropBarrier();
        pumpAll();
    }

    /** The copy of this collection to that instance is done: its lane may replay what was logged meanwhile. */
    void startReplay(int instance) {
        Lane lane = lane(instance);
        replay.track(lane);
        lane.hold(false);
        pump(lane);
    }

    /** Whether the lane has applied everything that is decided. */
    boolean replayed(int instance) {
        Lane lane = lane(instance);
        return !lane.isOccupied() && lane.caughtUp(lane(gate().leader()));
    }

    Replay replay() {
        return replay;
    }

    /** Holds that lane for a copy. */
    void hold(int instance) {
        Lane lane = lane(instance);
        if (lane.detached()) {
            intake().attach(lane);
        }
        lane.hold(true);
    }

    /** Ends a hold. */
    void unhold(int instance) {
        lane(instance).hold(false);
        pumpAll();
    }

    /** The last record offered to that lane. */
    long tail(int instance) {
        return intake().lastOf(lane(instance));
    }

    @Override
    public String toString() {
        return entry.toString();
    }
}
