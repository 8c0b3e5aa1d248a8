package org.chromaproxy.lane;

import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;

/** The lanes of one collection, as a registry makes them, lets them go, and has them stopped for deletions and copies. Confined to their loop. */
final class RecordLanes {
    /** Seconds after which lanes at rest are let go; they are made anew when needed. */
    private static final int IDLE_TICKS = 30;

    private final CollectionEntry entry;
    private final LaneGroup<CollectionSemantics> group;
    private final CollectionSemantics semantics;
    private int idleTicks;
    /** Made for something that is soon done, when so many records had been offered; -1 if it was not. */
    private long briefSince = -1;

    private volatile boolean retired;

    RecordLanes(CollectionEntry entry, LaneIo io, LaneServices services, Leadership.Led led) {
        this.entry = entry;
        this.group = new LaneGroup<>(
                entry,
                entry.publicId(),
                io,
                services,
                entry.gate(),
                led,
                lanes -> new CollectionSemantics(lanes, entry));
        this.semantics = group.semantics();
    }

    LaneGroup<CollectionSemantics> group() {
        return group;
    }

    LaneIo io() {
        return group.io();
    }

    void tick() {
        group.tick();
        idleTicks = atRest() ? idleTicks + 1 : 0;
    }

    private boolean atRest() {
        return group.atRest() && semantics.atRest();
    }

    /** Whether nobody has needed it for so long that it had better be made anew when somebody does. */
    boolean isIdle() {
        return idleTicks > (isBrief() ? 0 : IDLE_TICKS);
    }

    /** Whether it was needed for a moment only, and that is over. */
    boolean isDone() {
        return isBrief() && atRest();
    }

    /** It is needed for a moment only: to catch up, or for a deletion. */
    void brief() {
        briefSince = group.offers();
    }

    /** Whether it was not written to since. */
    private boolean isBrief() {
        return briefSince == group.offers();
    }

    /** Takes in a committed record; called in LSN order. */
    void offer(Write write) {
        group.offer(write);
    }

    /** It is let go: whoever still has it must ask for its successor. */
    void retire() {
        retired = true;
    }

    boolean retired() {
        return retired;
    }

    /** An instance went up or down, or began or ceased to take writes. */
    void instanceChanged(Instance instance) {
        if (!instance.usable()) {
            semantics.gone(group.lane(instance.index()));
        }
        group.instanceChanged(instance);
        semantics.look();
    }

    /** See {@link LastWrites#await}. */
    void awaitLastWrites(long lsn, boolean atOnce, Runnable ended) {
        semantics.awaitLastWrites(lsn, atOnce, ended);
    }

    /** Lets no record beyond {@code lsn} pass this lane; calls back once all up to it are done. */
    void barrier(int instance, long lsn, Runnable reached) {
        Lane lane = group.lane(instance);
        if (entry.deletedLsn() != 0) {
            // Nobody needs a copy any more, and the deletion must not wait for it.
            lane.hold(false);
        }
        lane.raiseBarrier(lsn, reached);
        group.pump(lane);
    }

    /** It was let go of while it stood at that barrier: its successor stands there, too. */
    void restoreBarrier(int instance, long lsn) {
        group.lane(instance).raiseBarrier(lsn, null);
    }

    /** Ends a barrier, or a copy's hold. */
    void release(int instance) {
        Lane lane = group.lane(instance);
        lane.dropBarrier();
        group.pumpAll();
    }

    /** The copy of this collection to that instance is done: its lane may replay what was logged meanwhile. */
    void startReplay(int instance) {
        Lane lane = group.lane(instance);
        semantics.replay().track(lane);
        lane.hold(false);
        group.pump(lane);
    }

    /** Whether the lane has applied everything that is decided. */
    boolean replayed(int instance) {
        Lane lane = group.lane(instance);
        return !lane.isOccupied() && lane.caughtUp(group.leader());
    }

    Replay replay() {
        return semantics.replay();
    }

    /** Holds that lane for a copy. */
    void hold(int instance) {
        Lane lane = group.lane(instance);
        if (lane.detached()) {
            group.intake().attach(lane);
        }
        lane.hold(true);
    }

    /** Ends a hold. */
    void unhold(int instance) {
        group.lane(instance).hold(false);
        group.pumpAll();
    }

    /** The last record offered to that lane. */
    long tail(int instance) {
        return group.intake().lastOf(group.lane(instance));
    }

    @Override
    public String toString() {
        return group.toString();
    }
}
