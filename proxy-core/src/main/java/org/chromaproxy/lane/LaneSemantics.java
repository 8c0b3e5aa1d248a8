package org.chromaproxy.lane;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;

/**
 * What records mean to a group of lanes: what is sent for them, and what an answer comes to. One implementation is for the records of a
 * collection, one for the catalog's. Confined to the group's loop.
 */
interface LaneSemantics {
    /** Attempts at one record that may end without a usable answer before another instance is asked. */
    int MAX_FAULTS = 2;
    /** The same for a follower, which has nobody to ask: then its lane is diverged. */
    int MAX_FOLLOWER_FAULTS = 6;

    /** What to do with this record, the lane's head, on this instance now. */
    Plan plan(Lane lane, Write write);

    /** Turns a record that cannot be repeated into one that can, before it is sent; true while that is under way. */
    default boolean resolve(Lane lane, Write write, byte[] body) {
        return false;
    }

    /** The record and those behind it that may be sent as one request. */
    default Batch batch(Lane lane, Write write, byte[] body) {
        return Batch.of(write, body);
    }

    /** What the record touches, for the question whether it commutes. */
    Footprint footprint(Write write);

    /** The instance answered 2xx. Must end in {@link Lanes#settle} or {@link Lanes#pass}. */
    void applied(Lane lane, Write write, UpstreamResponse answer);

    /** The instance refused it for good. Must come to {@link Lanes#takeRefusal}, unless it is no refusal. */
    void refused(Lane lane, Write write, UpstreamResponse answer);

    /** The instance answered 404. */
    void missing(Lane lane, Write write, UpstreamResponse answer);

    /** The instance has executed what is refused. */
    default void appliedRefused(Lane lane, Write write) {
        diverge(lane, write, "applied what the leader refused");
    }

    /**
     * Looks whether the leader's own failure is that of the record, without effect.
     *
     * @param otherwise what to do if it is not
     * @return false if that cannot be told; then nothing was begun
     */
    default boolean examine(Lane lane, Write write, UpstreamResponse failure, Runnable otherwise) {
        return false;
    }

    /**
     * Looks whether the instance itself answers for what this group is about; calls back on the loop. It applies other
     * writes, the proxy's own at least.
     */
    default void proveSound(Lane lane, Write write, Consumer<Boolean> told) {
        told.accept(true);
    }

    /** The instance cannot follow this group any more. */
    void diverge(Lane lane, Write write, String reason);

    /** Every instance that could take the undecided record failed it, for no fault of its own. */
    void giveUp(Lane lane, Write write, String why);

    /** Attempts that end without any answer before a record is taken for poison. */
    default int brokenAttempts() {
        return MAX_FOLLOWER_FAULTS;
    }

    /** For how long, in nanoseconds, the network may be at fault for connections that break, and not the record. */
    default long brokenNanos() {
        return TimeUnit.SECONDS.toNanos(6);
    }

    /** The connection was reset on which the lane's head was under way to an instance that lives. */
    default void cutOff(Lane lane) {}

    /** Whether an outcome that some instance's answer gives the record may stand. */
    default boolean mayDecide(Write write) {
        return true;
    }

    /** Ends the leader's undecided head where no instance may decide it any more; false if that is not so. */
    default boolean endsUnsent(Lane lane, Write head) {
        return false;
    }

    /** Whether some of the undecided record is done already, durably, so that it can no longer be refused. */
    default boolean begun(Write write) {
        return false;
    }

    /** Undoes what the instance may have executed of its head, which is refused; false if there is nothing to be done. */
    default boolean undoes(Lane lane, Write head) {
        return false;
    }

    /** A record is about to be decided. */
    default void deciding(Write write, Write.Decision decision) {}

    /** It is, and its client was told. */
    default void decided(Write write) {}

    /** Tells the client; a group may wait a little for its followers. */
    default void tell(Write write, WriteResult result) {
        write.result().complete(result);
    }

    /** These changes, effects of records, are durable now; those of mappings follow. */
    default void durable(List<Change> changes) {}

    /** The mappings of these collections have changed durably. */
    default void changed(List<CollectionEntry> entries) {}

    /** A record has left a lane, whatever became of it. */
    default void left(Lane lane, Write write) {}

    /** The lane has left the group. */
    default void detached(Lane lane) {}

    /** Called about once a second. */
    default void tick() {}

    /** A lane has done all it could. */
    default void pumped() {}

    /** Whether the lane is done with all that it has to do before its barrier. */
    default boolean drained(Lane lane) {
        return lane.drainedToBarrier();
    }

    /** Whether that instance holds, or will hold, everything this group is about, and may lead. */
    boolean canLead(Lane lane);

    /** The instance that leads when all is well. */
    int preferredLeader();

    /** Whether a lane that was spilled can use its records now. */
    default boolean ready(Lane lane) {
        return true;
    }

    /** Whether lanes of this group catch up in turns with those of others. */
    default boolean takesTurns() {
        return true;
    }

    /** Whether the head, which is to be sent to a follower, may wait a little for others like it. */
    default boolean mayLinger(Lane lane, Write head) {
        return false;
    }
}
