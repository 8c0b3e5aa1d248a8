package org.chromaproxy.lane;

import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.chromaproxy.catalog.ReadGate;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.TransactionState;

/**
 * All lanes of one collection, or of the catalog, as their parts and their {@link LaneSemantics} work with them. Confined to one event
 * loop.
 */
interface Lanes {
    UUID id();

    LaneIo io();

    LaneServices services();

    /** What reads see of them. */
    ReadGate gate();

    List<Lane> lanes();

    Lane lane(int index);

    /** The one whose answer decides. */
    default Lane leader() {
        return lane(gate().leader());
    }

    boolean leads(Lane lane);

    /** Whether this lane's answer decides the record. */
    default boolean decides(Lane lane, Write write) {
        return !write.decided() && leads(lane);
    }

    /** The one that has executed a record found in the log, if an earlier process has told its client that it is done. */
    Lane teller(Write write);

    /** LSN of the last record that was logged before these lanes were made; what is not beyond it may have been sent. */
    long inherited();

    /** Whether the leader may not send: leadership is on the move, or about to be. */
    boolean leadershipPaused();

    /** Lets one of those lead that are wanted and can; false if there is none. */
    boolean elect(Predicate<Lane> wanted, String why);

    /** Looks for another leader, because this one cannot take writes; stays if there is none. */
    void elect();

    /** Lets one of those that are wanted decide the head that this one cannot: one that has tried it less, or not to the end. */
    boolean yieldTo(String why, Predicate<Lane> wanted);

    /** The same to any of them. */
    default boolean yieldTo(String why) {
        return yieldTo(why, lane -> true);
    }

    /** Lets a lane do all it can now. */
    void pump(Lane lane);

    void pumpAll();

    /**
     * Runs one step with the lane's head, on the loop. One that throws is a fault of the proxy's own: it is told, and the
     * lane tries again after a pause, or in the end gives that record up; it never just stands still.
     */
    void guarded(Lane lane, Write head, Runnable step);

    /** Whether this lane's answer may not decide: leadership moved, and it is sent here again; or nobody may decide now. */
    boolean leftToAnother(Lane lane, Write write);

    /**
     * Whether what was asked on the way came back too late: the record is no longer this lane's to go on with. Then the lane
     * has been seen to.
     */
    default boolean stale(Lane lane, Write write) {
        return lane.detached() || lane.head() != write || leftToAnother(lane, write);
    }

    /** The same of what was asked in order to decide: another may have decided meanwhile, and that stands. */
    default boolean overtaken(Lane lane, Write write) {
        if (stale(lane, write)) {
            return true;
        }
        if (write.decided()) {
            lane.free();
            pump(lane);
        }
        return write.decided();
    }

    /** The record at the lane's head is in doubt there. */
    void fault(Lane lane, Write write, String why);

    /** The instance is too busy for what the record at the lane's head needs. */
    void busy(Lane lane, Write write, String why);

    /**
     * The instance's answer contradicts what is known: it may be the word of something on the way to it, so that it is asked
     * again, and has diverged only if it says the same when it is seen to be sound.
     */
    void contradicted(Lane lane, Write write, String why);

    /** Lets the lane rest a little; longer after each fault. */
    void pause(Lane lane, String why);

    /** Whether that instance failed this record while it applied others, or ends on it. */
    boolean poisoned(Lane lane, Write write);

    /** The instance's refusal stands: the record is refused, or the instance contradicts what is decided. */
    void takeRefusal(Lane lane, Write write, UpstreamResponse answer);

    /** Makes the refusal durable, then tells it; nobody else is ever sent the record. */
    default void refuse(Lane lane, Write write, WriteResult result) {
        conclude(lane, write, TransactionState.FAILED, result);
    }

    /** Ends the record for good, durably, as refused ({@code FAILED}) or given up ({@code ABANDONED}); then tells it. */
    void conclude(Lane lane, Write write, TransactionState state, WriteResult result);

    /** The record's end, other than by being applied, is durable. */
    void concluded(Lane lane, Write write, WriteResult result);

    /** Decides a record and, for the exceptions, keeps its outcome; then tells the client. */
    void decide(Write write, Write.Decision decision, WriteResult result);

    /** The same where the log holds the outcome, or need not. */
    void decided(Write write, Write.Decision decision, WriteResult result);

    /** This lane is done with its head; the cursor follows lazily. */
    void pass(Lane lane, Write write);

    /** The instance has executed the head, which leaves the lane once these effects are durable; what commutes goes on. */
    void settle(Lane lane, Write write, Effects effects);

    /** Whatever this decides or passes, no lane looks before it is all done. */
    void together(Runnable several);

    /** Others may catch up on the lane's instance. */
    void endCatchUp(Lane lane);

    /** Takes the lane out of the group: its records are no longer its business. */
    void detach(Lane lane);

    /** Takes in a committed record; called in LSN order. */
    void offer(Write write);
}
