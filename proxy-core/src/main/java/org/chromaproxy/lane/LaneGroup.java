package org.chromaproxy.lane;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.ReadGate;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All lanes of one collection, or of the catalog, with their leader.
 *
 * <p>Each lane sends one record at a time, in LSN order. The leader's answer decides a record; followers send it only
 * then. A record leaves a lane when that instance has applied it or rightly never will. Confined to one event loop.
 */
public abstract class LaneGroup {
    /** Records, and bytes of their bodies, that a server executes within a second or two. */
    private static final int FEW_LEFT = 1_000;

    private static final long FEW_BYTES_LEFT = 4 << 20;
    /** A record that is not answered so long is one that others should not have to wait for. */
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Attempts at one record that may end without a usable answer before another instance is asked. */
    static final int MAX_FAULTS = 2;
    /** The same for a follower, which has nobody to ask: then its lane is diverged. */
    static final int MAX_FOLLOWER_FAULTS = 6;

    private static final Logger LOG = LoggerFactory.getLogger(LaneGroup.class);
    private static final long BROKEN_NANOS = TimeUnit.SECONDS.toNanos(6);
    private static final LaneState CONCLUDING = new LaneState.Committing("the record's outcome is made durable");
    private static final byte[] EMPTY_OBJECT = {'{', '}'};
    private static final String BARRED = "So many writes of this client were given up lately that no more are tried for"
            + " a while. It was not executed and never will be; retry later, as a new transaction.";

    private final UUID id;
    private final LaneIo io;
    private final LaneServices services;
    private final ReadGate gate;
    private final List<Lane> lanes;
    private final Leadership leadership;
    private final Cursors cursors;
    private final Faults faults;
    private final Dispatch dispatch;
    private final Intake intake;
    private final Passage passage;
    private final Lingering lingering;
    private boolean settling;

    /** The collaborators keep the group, and call it only once it runs. */
    @SuppressWarnings("this-escape")
    protected LaneGroup(UUID id, LaneIo io, LaneServices services, ReadGate gate, long term) {
        this.id = id;
        this.io = io;
        this.services = services;
        this.gate = gate;
        this.lanes = Lane.of(services.instances(), io);
        this.leadership = new Leadership(this, gate.leader(), term);
        this.cursors = new Cursors(id, io, services.log(), this::pump);
        this.faults = new Faults(this);
        this.dispatch = new Dispatch(this, cursors, faults);
        this.intake = new Intake(this);
        this.passage = new Passage(this, cursors);
        this.lingering = new Lingering(this);
    }

    /** What to do with this record, the lane's head, on this instance now. */
    abstract Plan plan(Lane lane, Write write);

    /** The instance answered 2xx. Must end in {@link #settle} or {@link #pass}. */
    abstract void applied(Lane lane, Write write, UpstreamResponse answer);

    /** The instance answered 404. */
    abstract void missing(Lane lane, Write write, UpstreamResponse answer);

    /** Turns a record that cannot be repeated into one that can, before it is sent; true while that is under way. */
    boolean resolve(Lane lane, Write write, byte[] body) {
        return false;
    }

    /** The record and those behind it that may be sent as one request. */
    Batch batch(Lane lane, Write write, byte[] body) {
        return Batch.of(write, body);
    }

    /** What the record touches, for the question whether it commutes. */
    abstract Footprint footprint(Write write);

    /** Whether that instance holds, or will hold, everything this group is about. */
    abstract boolean canLead(Lane lane);

    /** The instance cannot follow this group any more. */
    abstract void diverge(Lane lane, Write write, String reason);

    /** The connection was reset on which the lane's head was under way to an instance that lives. */
    void cutOff(Lane lane) {}

    /** A record has left a lane, whatever became of it. */
    void left(Lane lane, Write write) {}

    /** Whether the lane is done with all that it has to do before its barrier. */
    protected boolean drained(Lane lane) {
        return lane.drainedToBarrier();
    }

    /** Whether an outcome that some instance's answer gives the record may stand. */
    protected boolean mayDecide(Write write) {
        return true;
    }

    /** Ends the leader's undecided head where no instance may decide it any more; false if that is not so. */
    protected boolean endsUnsent(Lane lane, Write head) {
        return false;
    }

    /** Undoes what the instance may have executed of its head, which is refused; false if there is nothing to be done. */
    protected boolean undoes(Lane lane, Write head) {
        return false;
    }

    /** The instance has executed what is refused. */
    void appliedRefused(Lane lane, Write write) {
        diverge(lane, write, "applied what the leader refused");
    }

    /** The instance that leads when all is well. */
    abstract int preferredLeader();

    /** Whether a lane that was spilled can use its records now. */
    boolean ready(Lane lane) {
        return true;
    }

    /** Whether lanes of this group catch up in turns with those of others. */
    boolean takesTurns() {
        return true;
    }

    /** Whether the head, which is to be sent to a follower, may wait a little for others like it. */
    boolean mayLinger(Lane lane, Write head) {
        return false;
    }

    /** Where the lane of an instance stood when the log was last written. */
    void restoreCursor(int instance, long lsn) {
        Lane lane = lane(instance);
        lane.cursor.restore(lsn);
        gate.applied(instance, lane.cursor.applied());
        intake.begun(lsn);
    }

    /** Takes in a committed record; called in LSN order. */
    void offer(Write write) {
        if (targeted(write)) {
            write.decide(Write.Decision.APPLIED);
        }
        if (!intake.offer(write)) {
            passage.untaken(write);
        }
        write.taken();
        leadership.electIfStuck();
        pumpAll();
    }

    void pumpAll() {
        lanes.forEach(this::pump);
    }

    /** Lets a lane do all it can now. */
    void pump(Lane lane) {
        if (settling) {
            return;
        }
        passage.takeBack(lane);
        boolean more = true;
        while (more && lane.open()) {
            Write head = lane.head();
            more = head != null && head.lsn() <= lane.barrier() && guardedAdvance(lane, head);
        }
        if (!lane.isOccupied()) {
            dispatch.endTurn(lane, lane.head());
            lane.attempts().endTrial();
        }
        if (lane.awaitedAtBarrier() && (lane.detached() || (drained(lane) && cursors.flushed(lane)))) {
            lane.reachBarrier();
        }
        if (leadership.leads(lane)) {
            // What it has passed, others may read.
            lanes.forEach(intake::feed);
        } else {
            intake.feed(lane);
        }
        lane.fed();
        leadership.settleHandover();
    }

    private boolean guardedAdvance(Lane lane, Write head) {
        boolean[] more = {false};
        guarded(lane, head, () -> more[0] = passage.goesBeside(lane, head) && advance(lane, head));
        return more[0];
    }

    /**
     * Runs one step with the lane's head, on the loop. One that throws is a fault of the proxy's own: it is told, and the
     * lane tries again after a pause, or in the end gives that record up; it never just stands still.
     */
    final void guarded(Lane lane, Write head, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.error("{} on {}: a step with record {} failed in the proxy", this, lane, head.lsn(), e);
            if (lane.head() == head && !lane.detached()) {
                afterOwnFault(lane, head, "the proxy failed: " + e);
            }
        }
    }

    private void afterOwnFault(Lane lane, Write head, String why) {
        lane.attempts().failed(lane.instance.writes().applied());
        try {
            if (lane.attempts().faults() >= MAX_FOLLOWER_FAULTS && !leadership.moving()) {
                if (decides(lane, head)) {
                    giveUp(lane, head, why);
                    return;
                } else if (head.decided()) {
                    diverge(lane, head, "record " + head.lsn() + " could not be applied: " + why);
                    return;
                }
            }
        } catch (RuntimeException e) {
            LOG.error("{} on {}: record {} cannot be given up", this, lane, head.lsn(), e);
        }
        pause(lane, why);
    }

    /** Attempts that end without any answer before a record is taken for poison. */
    int brokenAttempts() {
        return MAX_FOLLOWER_FAULTS;
    }

    /** For how long, in nanoseconds, the network may be at fault for connections that break, and not the record. */
    long brokenNanos() {
        return BROKEN_NANOS;
    }

    /** Whatever this decides or passes, no lane looks before it is all done. */
    void together(Runnable several) {
        settling = true;
        try {
            several.run();
        } finally {
            settling = false;
        }
        pumpAll();
    }

    /** Though it is not for this instance, its lane has to be seen to have passed it. */
    private boolean leaves(Lane lane, Write head) {
        if (head.refused() && lane.mayHave(head) && undoes(lane, head)) {
            return false;
        }
        pass(lane, head);
        return true;
    }

    /** One step with the head; false when the lane has to wait for something. */
    private boolean advance(Lane lane, Write head) {
        if (head.refused() || !head.addresses(lane.instance)) {
            return leaves(lane, head);
        }
        boolean leads = leadership.leads(lane);
        if (!head.decided() && !leads) {
            return false;
        }
        if (!services.owning()) {
            return false;
        }
        if (!head.decided() && !leadership.paused() && endsUnsent(lane, head)) {
            return false;
        }
        if (!lane.takesWrites()) {
            if (leads) {
                leadership.elect();
            }
            return false;
        }
        if (!head.decided() && (leadership.paused() || leadership.ahead())) {
            return false;
        }
        if (!head.decided() && head.barred() && lanes.stream().noneMatch(each -> each.mayHave(head))) {
            refuse(lane, head, WriteResult.of(ProxyError.PRINCIPAL_LIMIT, BARRED));
            return false;
        }
        switch (plan(lane, head)) {
            case Plan.Skip skip -> {
                if (!head.decided()) {
                    decide(head, Write.Decision.APPLIED, WriteResult.json(200, EMPTY_OBJECT));
                }
                pass(lane, head);
                return true;
            }
            case Plan.Wait wait -> {}
            case Plan.Refuse refuse -> refuse(lane, head, refuse.result());
            case Plan.Diverge diverged -> diverge(lane, head, diverged.reason());
            case Plan.Send send -> {
                if (leads || !lingering.holds(lane, head)) {
                    dispatch.send(lane, head, send);
                }
            }
        }
        return false;
    }

    /**
     * Whether what is not decided yet will be soon, as far as the leader is in use: it fails none of it, and there is little. On
     * the group's loop.
     */
    boolean nearlyDecided() {
        Lane leader = lane(gate.leader());
        if (!leader.takesWrites()) {
            return true;
        }
        boolean slow = (leader.state() instanceof LaneState.AwaitingWriteTurn(Write waits)
                        && waits.record().bodyBytes() >= WriteTurns.SMALL)
                || leader.attempts().unansweredFor(SLOW_NANOS);
        if (slow || leader.attempts().faults() > 0 || leader.spilled() || leader.queue.size() > FEW_LEFT) {
            return false;
        }
        long bytes = 0;
        for (Write write : leader.queue) {
            bytes += write.record().bodyBytes();
        }
        return bytes <= FEW_BYTES_LEFT;
    }

    /** Whether this lane's answer may not decide: leadership moved, and it is sent here again; or nobody may decide now. */
    final boolean leftToAnother(Lane lane, Write write) {
        if (write.decided() || (leadership.leads(lane) && !leadership.moving() && mayDecide(write))) {
            return false;
        }
        lane.attempts().putInDoubt();
        lane.free();
        pump(lane);
        return true;
    }

    /**
     * Whether what was asked on the way came back too late: the record is no longer this lane's to go on with. Then the lane
     * has been seen to.
     */
    final boolean stale(Lane lane, Write write) {
        return lane.detached() || lane.head() != write || leftToAnother(lane, write);
    }

    /** The same of what was asked in order to decide: another may have decided meanwhile, and that stands. */
    final boolean overtaken(Lane lane, Write write) {
        if (stale(lane, write)) {
            return true;
        }
        if (write.decided()) {
            lane.free();
            pump(lane);
        }
        return write.decided();
    }

    /** The instance refused it for good. */
    void refused(Lane lane, Write write, UpstreamResponse answer) {
        if (write.refused()) {
            // Whatever it refuses, it may have executed it before.
            lane.attempts().putInDoubt();
            pump(lane);
            return;
        }
        if (write.decided()) {
            contradicted(lane, write, "it refuses what the leader applied: " + answer.status() + " " + answer.brief());
            return;
        }
        refuse(lane, write, WriteResult.of(answer));
    }

    /** Makes the refusal durable, then tells it; nobody else is ever sent the record. */
    void refuse(Lane lane, Write write, WriteResult result) {
        conclude(lane, write, TransactionState.FAILED, result);
    }

    /** Ends the record for good, durably, as refused ({@code FAILED}) or given up ({@code ABANDONED}); then tells it. */
    void conclude(Lane lane, Write write, TransactionState state, WriteResult result) {
        if (overtaken(lane, write)) {
            return;
        }
        lane.occupy(CONCLUDING);
        Change outcome = new Change.Outcome(write.lsn(), state, result.status(), result.text(), result.body());
        services.log().submit(List.of(outcome), true, () -> io.execute(() -> concluded(lane, write, result)));
    }

    /** The record's end, other than by being applied, is durable. */
    void concluded(Lane lane, Write write, WriteResult result) {
        lane.free();
        services.stats().countRefused();
        decide(write, Write.Decision.REFUSED, result);
        pass(lane, write);
        pumpAll();
    }

    /** Every instance that could take the undecided record failed it, for no fault of its own. */
    abstract void giveUp(Lane lane, Write write, String why);

    /** The record at the lane's head is in doubt there. */
    void fault(Lane lane, Write write, String why) {
        faults.fault(lane, write, why);
    }

    /**
     * Looks whether the leader's own failure is that of the record, without effect.
     *
     * @param otherwise what to do if it is not
     * @return false if that cannot be told; then nothing was begun
     */
    boolean examine(Lane lane, Write write, UpstreamResponse failure, Runnable otherwise) {
        return false;
    }

    /** The instance is too busy for what the record at the lane's head needs. */
    void busy(Lane lane, Write write, String why) {
        faults.busy(lane, write, why);
    }

    /**
     * The instance's answer contradicts what is known: it may be the word of something on the way to it, so that it is asked
     * again, and has diverged only if it says the same when it is seen to be sound.
     */
    void contradicted(Lane lane, Write write, String why) {
        faults.unrecognized(lane, write, why);
    }

    /**
     * Looks whether the instance itself answers for what this group is about; calls back on the loop. It applies other
     * writes, the proxy's own at least.
     */
    void proveSound(Lane lane, Write write, Consumer<Boolean> told) {
        told.accept(true);
    }

    /** Lets the lane rest a little; longer after each fault. */
    void pause(Lane lane, String why) {
        faults.pause(lane, why);
    }

    /** Decides a record and, for the exceptions, keeps its outcome; then tells the client. */
    void decide(Write write, Write.Decision decision, WriteResult result) {
        if (decision == Write.Decision.APPLIED && write.keepsOutcome()) {
            services.log().submit(List.of(write.applied(result)), false, () -> {});
        }
        decided(write, decision, result);
    }

    /** The same where the log holds the outcome, or need not. */
    void decided(Write write, Write.Decision decision, WriteResult result) {
        write.decide(decision);
        if (write.recovered() || write.abandoned()) {
            services.stats().countRecovered();
        }
        tell(write, result);
    }

    /** Tells the client; a group may wait a little for its followers. */
    void tell(Write write, WriteResult result) {
        write.result().complete(result);
    }

    /** This lane is done with its head; the cursor follows lazily. */
    void pass(Lane lane, Write write) {
        passage.pass(lane, write);
    }

    /** The instance has executed the head, which leaves the lane once these effects are durable; what commutes goes on. */
    void settle(Lane lane, Write write, Effects effects) {
        passage.settle(lane, write, effects);
    }

    /** These changes, effects of records, are durable now; those of mappings follow. */
    void durable(List<Change> changes) {}

    /** The mappings of these collections have changed durably. */
    void changed(List<CollectionEntry> entries) {}

    boolean poisoned(Lane lane, Write write) {
        return faults.poisoned(lane, write);
    }

    Passage passage() {
        return passage;
    }

    /** Takes the lane out of the group: its records are no longer its business. */
    void detach(Lane lane) {
        lane.detach();
        dispatch.endTurn(lane, lane.head());
        intake.detach(lane);
        leadership.settled(lane);
    }

    /** Whether this lane's answer decides the record. */
    boolean decides(Lane lane, Write write) {
        return !write.decided() && leadership.leads(lane);
    }

    /** An instance went up or down, or began or ceased to take writes. */
    void instanceChanged(Instance instance) {
        leadership.electIfStuck();
        Lane lane = lane(instance.index());
        if (!instance.usable() && !leadership.leads(lane)) {
            intake.spill(lane);
        }
        pumpAll();
    }

    /** Whether this object can be forgotten and made anew from cursors, leader and log. */
    boolean atRest() {
        return intake.empty() && !leadership.paused() && lanes.stream().allMatch(Lane::atRest);
    }

    void tick() {
        leadership.tick(preferredLeader());
        dispatch.watch();
        leadership.electIfStuck();
        lanes.stream().filter(lane -> lane.head() == null).forEach(Lane::goesOn);
        if (lane(gate.leader()).detached()) {
            // It has no head to find out by that it cannot go on.
            leadership.elect();
        }
        lanes.stream()
                .filter(lane -> !lane.instance.usable() && !leadership.leads(lane))
                .forEach(intake::spill);
        pumpAll();
    }

    /** The LSN of the oldest record some instance has still to apply durably, or {@code Long.MAX_VALUE}. */
    long oldestPending() {
        return lanes.stream().mapToLong(Lane::oldestPending).min().orElse(Long.MAX_VALUE);
    }

    static boolean targeted(Write write) {
        return !write.subject().target().isEmpty();
    }

    UUID id() {
        return id;
    }

    LaneIo io() {
        return io;
    }

    LaneServices services() {
        return services;
    }

    public ReadGate gate() {
        return gate;
    }

    public List<Lane> lanes() {
        return lanes;
    }

    public Lane lane(int index) {
        return lanes.get(index);
    }

    Intake intake() {
        return intake;
    }

    Leadership leadership() {
        return leadership;
    }
}
