package org.chromaproxy.lane;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.chromaproxy.catalog.ReadGate;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All lanes of one collection, or of the catalog, with their leader.
 *
 * <p>Each lane sends one record at a time, in LSN order. The leader's answer decides a record; followers send it only
 * then. A record leaves a lane when that instance has applied it or rightly never will. What a record means is the {@link
 * LaneSemantics}' to say. Confined to one event loop.
 */
public final class LaneGroup<S extends LaneSemantics> implements Lanes {
    /** Records, and bytes of their bodies, that a server executes within a second or two. */
    private static final int FEW_LEFT = 1_000;

    private static final long FEW_BYTES_LEFT = 4 << 20;
    /** A record that is not answered so long is one that others should not have to wait for. */
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(LaneGroup.class);
    private static final LaneState CONCLUDING = new LaneState.Committing("the record's outcome is made durable");
    private static final byte[] EMPTY_OBJECT = {'{', '}'};
    private static final String BARRED = "So many writes of this client were given up lately that no more are tried for"
            + " a while. It was not executed and never will be; retry later, as a new transaction.";

    private final Object about;
    private final UUID id;
    private final LaneIo io;
    private final LaneServices services;
    private final ReadGate gate;
    private final List<Lane> lanes;
    private final S semantics;
    private final Leadership leadership;
    private final Cursors cursors;
    private final Faults faults;
    private final Dispatch dispatch;
    private final Intake intake;
    private final Passage passage;
    private final Lingering lingering;
    private boolean settling;
    private long offers;

    /**
     * The parts keep the group, and call it only once it runs.
     *
     * @param about what its records are about, as messages call it
     * @param led who led before, as the log says
     * @param meaning makes the semantics of its records
     */
    @SuppressWarnings("this-escape")
    LaneGroup(
            Object about,
            UUID id,
            LaneIo io,
            LaneServices services,
            ReadGate gate,
            Leadership.Led led,
            Function<Lanes, S> meaning) {
        this.about = about;
        this.id = id;
        this.io = io;
        this.services = services;
        this.gate = gate;
        this.lanes = Lane.of(services.instances(), io);
        this.semantics = meaning.apply(this);
        this.leadership = new Leadership(this, semantics, gate.leader(), led);
        this.cursors = new Cursors(id, io, services.log(), this::pump);
        this.faults = new Faults(this, semantics);
        this.dispatch = new Dispatch(this, semantics, cursors, faults);
        this.passage = new Passage(this, semantics, leadership, cursors, this::forget);
        this.intake = new Intake(this, semantics, passage);
        this.lingering = new Lingering(this, semantics);
    }

    private void forget(Write write) {
        intake.forget(write);
    }

    /** Where the lane of an instance stood when the log was last written. */
    void restoreCursor(int instance, long lsn) {
        Lane lane = lane(instance);
        lane.cursor.restore(lsn);
        gate.applied(instance, lane.cursor.applied());
        intake.begun(lsn);
    }

    /** The lane of an instance joins at that LSN, up to which a copy holds everything. */
    void joinCursor(int instance, long lsn) {
        Lane lane = lane(instance);
        lane.cursor.restore(lsn);
        gate.applied(instance, lane.cursor.applied());
        intake.joined(lsn);
    }

    @Override
    public void offer(Write write) {
        offers++;
        if (write.targeted()) {
            write.decide(Write.Decision.APPLIED);
        }
        if (!intake.offer(write)) {
            passage.untaken(write);
        } else if (write.targeted()) {
            lanes.stream().filter(Lane::detached).forEach(lane -> passage.abandonTargeted(lane, write));
        }
        write.taken();
        leadership.electIfStuck();
        pumpAll();
    }

    @Override
    public void pumpAll() {
        lanes.forEach(this::pump);
    }

    @Override
    public void pump(Lane lane) {
        if (!settling) {
            proceed(lane);
        }
        semantics.pumped();
    }

    private void proceed(Lane lane) {
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
        if (lane.awaitedAtBarrier() && (lane.detached() || (semantics.drained(lane) && cursors.flushed(lane)))) {
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

    @Override
    public void guarded(Lane lane, Write head, Runnable step) {
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
            if (lane.attempts().faults() >= LaneSemantics.MAX_FOLLOWER_FAULTS && !leadership.moving()) {
                if (decides(lane, head)) {
                    semantics.giveUp(lane, head, why);
                    return;
                } else if (head.decided()) {
                    semantics.diverge(lane, head, "record " + head.lsn() + " could not be applied: " + why);
                    return;
                }
            }
        } catch (RuntimeException e) {
            LOG.error("{} on {}: record {} cannot be given up", this, lane, head.lsn(), e);
        }
        pause(lane, why);
    }

    @Override
    public void together(Runnable several) {
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
        if (head.refused() && semantics.undoes(lane, head)) {
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
        if (!head.decided() && !leadership.paused() && semantics.endsUnsent(lane, head)) {
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
        if (!head.decided()
                && head.barred()
                && !semantics.begun(head)
                && lanes.stream().noneMatch(each -> each.mayHave(head))) {
            refuse(lane, head, WriteResult.of(ProxyError.PRINCIPAL_LIMIT, BARRED));
            return false;
        }
        switch (semantics.plan(lane, head)) {
            case Plan.Skip skip -> {
                if (!head.decided()) {
                    decide(head, Write.Decision.APPLIED, WriteResult.json(200, EMPTY_OBJECT));
                }
                pass(lane, head);
                return true;
            }
            case Plan.Wait wait -> {}
            case Plan.Refuse refuse -> refuse(lane, head, refuse.result());
            case Plan.Diverge diverged -> semantics.diverge(lane, head, diverged.reason());
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

    @Override
    public boolean leftToAnother(Lane lane, Write write) {
        if (write.decided() || (leadership.leads(lane) && !leadership.moving() && semantics.mayDecide(write))) {
            return false;
        }
        lane.attempts().putInDoubt();
        lane.free();
        pump(lane);
        return true;
    }

    @Override
    public void takeRefusal(Lane lane, Write write, UpstreamResponse answer) {
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

    @Override
    public void conclude(Lane lane, Write write, TransactionState state, WriteResult result) {
        if (overtaken(lane, write)) {
            return;
        }
        lane.occupy(CONCLUDING);
        Change outcome = new Change.Outcome(write.lsn(), state, result.status(), result.text(), result.body());
        services.log().submit(List.of(outcome), true, () -> io.execute(() -> concluded(lane, write, result)));
    }

    @Override
    public void concluded(Lane lane, Write write, WriteResult result) {
        lane.free();
        services.stats().countRefused();
        decide(write, Write.Decision.REFUSED, result);
        pass(lane, write);
        pumpAll();
    }

    @Override
    public void decide(Write write, Write.Decision decision, WriteResult result) {
        semantics.deciding(write, decision);
        boolean kept = decision == Write.Decision.APPLIED && write.keepsOutcome();
        if (kept && write.recovered() && !leads(teller(write))) {
            // Were it told before that is durable, another process could not know which of two instances has told it.
            take(write, decision);
            services.log().submit(List.of(write.applied(result)), true, () -> io.execute(() -> told(write, result)));
            return;
        }
        if (kept) {
            services.log().submit(List.of(write.applied(result)), false, () -> {});
        }
        decided(write, decision, result);
    }

    @Override
    public void decided(Write write, Write.Decision decision, WriteResult result) {
        take(write, decision);
        told(write, result);
    }

    private void take(Write write, Write.Decision decision) {
        write.decide(decision);
        if (write.recovered() || write.abandoned()) {
            services.stats().countRecovered();
        }
    }

    private void told(Write write, WriteResult result) {
        semantics.tell(write, result);
        semantics.decided(write);
    }

    @Override
    public void pass(Lane lane, Write write) {
        passage.pass(lane, write);
    }

    @Override
    public void settle(Lane lane, Write write, Effects effects) {
        passage.settle(lane, write, effects);
    }

    @Override
    public void fault(Lane lane, Write write, String why) {
        faults.fault(lane, write, why);
    }

    @Override
    public void busy(Lane lane, Write write, String why) {
        faults.busy(lane, write, why);
    }

    @Override
    public void contradicted(Lane lane, Write write, String why) {
        faults.unrecognized(lane, write, why);
    }

    @Override
    public void pause(Lane lane, String why) {
        faults.pause(lane, why);
    }

    @Override
    public boolean poisoned(Lane lane, Write write) {
        return faults.poisoned(lane, write);
    }

    @Override
    public void detach(Lane lane) {
        lane.detach();
        dispatch.endTurn(lane, lane.head());
        intake.detach(lane);
        leadership.settled(lane);
        semantics.detached(lane);
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
        leadership.tick(semantics.preferredLeader());
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
        semantics.tick();
    }

    /** The LSN of the oldest record some instance has still to apply durably, or {@code Long.MAX_VALUE}. */
    long oldestPending() {
        return lanes.stream().mapToLong(Lane::oldestPending).min().orElse(Long.MAX_VALUE);
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public LaneIo io() {
        return io;
    }

    @Override
    public LaneServices services() {
        return services;
    }

    @Override
    public ReadGate gate() {
        return gate;
    }

    @Override
    public List<Lane> lanes() {
        return lanes;
    }

    @Override
    public Lane lane(int index) {
        return lanes.get(index);
    }

    @Override
    public boolean leads(Lane lane) {
        return leadership.leads(lane);
    }

    @Override
    public Lane teller(Write write) {
        return leadership.teller(write);
    }

    @Override
    public long inherited() {
        return intake.inherited();
    }

    @Override
    public boolean leadershipPaused() {
        return leadership.paused();
    }

    @Override
    public void elect() {
        leadership.elect();
    }

    @Override
    public boolean elect(Predicate<Lane> wanted, String why) {
        return leadership.elect(wanted, why);
    }

    @Override
    public boolean yieldTo(String why, Predicate<Lane> wanted) {
        return leadership.yieldTo(why, wanted);
    }

    @Override
    public void endCatchUp(Lane lane) {
        intake.endTurn(lane);
    }

    /** How many records were offered to it. */
    long offers() {
        return offers;
    }

    S semantics() {
        return semantics;
    }

    Intake intake() {
        return intake;
    }

    Leadership leadership() {
        return leadership;
    }

    @Override
    public String toString() {
        return about.toString();
    }
}
