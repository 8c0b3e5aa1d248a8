package org.chromaproxy.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The ordered stream of records of one group on one instance. It sends one record at a time, its head: {@link #state} tells what it is
 * at with that, {@link #attempts} what has become of it so far, {@link #queue} what comes behind it, and {@link #cursor} where the
 * lane stands. Confined to its group's loop.
 */
public final class Lane {
    /** About one merged request: under load a follower is never without something to catch up with. */
    private static final int FEW = 100;
    /** A lane that has passed nothing for so long is stuck: that is a trouble, not a pace. */
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long NO_BARRIER = Long.MAX_VALUE;

    final Instance instance;
    final LaneQueue queue;
    final LaneCursor cursor = new LaneCursor();
    final LaneSending sending = new LaneSending();
    final Linger linger;

    private final Clock clock;
    private HeadAttempts attempts;
    private LaneState state = LaneState.READY;
    /** Grows with every change of state. */
    private long step;

    private boolean detached;
    private boolean held;
    private boolean compared;
    private long barrier = NO_BARRIER;
    private @Nullable Runnable onBarrier;
    /** Called once when the lane has caught up or stands still, see {@link #whenFed}; and since when that is waited for. */
    private @Nullable Runnable onFed;

    private long feedingSince;
    private boolean awaitsCatchUp;
    private boolean catchesUp;
    /** Under which name operators see that it stands still; null while it goes on. */
    private @Nullable String stands;

    private int solo;
    /** When it last was done with a record, by the clock. */
    private long passedAt;

    /** One for each of them, in their order; {@code clock} is that of the group's loop. */
    static List<Lane> of(Instances instances, Clock clock) {
        return instances.stream().map(instance -> new Lane(instance, clock)).toList();
    }

    private Lane(Instance instance, Clock clock) {
        this.instance = instance;
        this.clock = clock;
        this.queue = new LaneQueue(instance.pending());
        this.linger = new Linger(clock::nanoTime);
        this.attempts = new HeadAttempts(clock, false);
        this.passedAt = clock.nanoTime() - STUCK_NANOS;
    }

    public int index() {
        return instance.index();
    }

    @Override
    public String toString() {
        return instance.name();
    }

    // What the lane is at.

    public LaneState state() {
        return state;
    }

    /**
     * Something begins that the head waits for.
     *
     * @return the step, see {@link #isAt}
     */
    long occupy(LaneState with) {
        state = with;
        return ++step;
    }

    /** That is over: the lane may go on. */
    void free() {
        state = LaneState.READY;
        step++;
    }

    /** Whether that step is still the present one: whoever comes back late has nothing to do with the lane any more. */
    boolean isAt(long begun) {
        return step == begun;
    }

    /** Whether something is under way for the head: a request, a body being read, a cursor being flushed, a pause. */
    boolean isOccupied() {
        return !(state instanceof LaneState.Ready);
    }

    /** Whether something is under way for the head, or not durable yet of what was executed. */
    public boolean atWork() {
        return isOccupied() || !cursor.unsettled().isEmpty();
    }

    /** Whether the head may go on. */
    boolean open() {
        return !isOccupied() && !detached && !held && !compared;
    }

    // The gates.

    /** Whether it takes no records: the collection is not, or not any more, to be kept on this instance. */
    public boolean detached() {
        return detached;
    }

    /** Sets whether it takes part from the beginning. */
    void follow(boolean follows) {
        detached = !follows;
    }

    /** It takes part again, behind that LSN. */
    void join(long lsn) {
        detached = false;
        queue.join(lsn);
    }

    /** Takes the lane out of its group: nothing under way is its business any more. */
    void detach() {
        detached = true;
        goesOn();
        attempts.endTrial();
        attempts = new HeadAttempts(clock, false);
        cursor.endDoubt();
        free();
    }

    /** Whether it is filled by a copy: nothing is sent until it is released. */
    boolean held() {
        return held;
    }

    void hold(boolean hold) {
        held = hold;
    }

    /** Whether it stands still for a moment, to be compared with another. */
    public boolean compared() {
        return compared;
    }

    void standStill(boolean still) {
        compared = still;
    }

    /** Records beyond this LSN wait; {@link Long#MAX_VALUE} for none. */
    public long barrier() {
        return barrier;
    }

    /** @param reached called once on the loop when everything before it is done; null if nobody waits */
    void raiseBarrier(long lsn, @Nullable Runnable reached) {
        barrier = lsn;
        onBarrier = reached;
    }

    void dropBarrier() {
        barrier = NO_BARRIER;
        onBarrier = null;
    }

    /** Whether somebody waits for it at its barrier. */
    boolean awaitedAtBarrier() {
        return onBarrier != null;
    }

    /** It stands there: whoever waits for that is called. */
    void reachBarrier() {
        Runnable reached = onBarrier;
        onBarrier = null;
        if (reached != null) {
            reached.run();
        }
    }

    /** Whether nothing is left before the barrier. */
    boolean drainedToBarrier() {
        Write head = head();
        return !atWork() && (head == null ? !queue.spilled() : head.lsn() > barrier);
    }

    // The head.

    public @Nullable Write head() {
        return queue.head();
    }

    /** What has become of the head so far. */
    HeadAttempts attempts() {
        return attempts;
    }

    /** The head has left: another one begins, without the troubles of the last. */
    private void nextHead() {
        goesOn();
        attempts.endTrial();
        Write head = head();
        attempts = new HeadAttempts(clock, head != null && head.lsn() <= cursor.doubtTo());
        solo = Math.max(0, solo - 1);
    }

    /** The head leaves: it is passed, or executed. */
    void removeHead() {
        queue.removeHead();
        nextHead();
    }

    /** What was executed and is not durable is to be executed again, one by one: it is in doubt. */
    void takeBack() {
        List<Write> all = cursor.unsettled().takeAll();
        queue.putBack(all);
        cursor.doubt(all.getLast().lsn());
        nextHead();
        solo = Math.max(solo, all.size());
    }

    /** A record comes into memory from the log. */
    void read(Write write) {
        if (queue.isEmpty() && write.lsn() <= cursor.doubtTo()) {
            attempts.putInDoubt();
        }
        queue.read(write);
    }

    /** So many heads are sent alone: together they were refused, or not answered. */
    void goAlone(int heads) {
        solo = heads;
    }

    boolean alone() {
        return solo > 0;
    }

    /** Whether the head was sent without an answer, or may have been before a restart. */
    public boolean headInDoubt() {
        return attempts.inDoubt();
    }

    /** Whether the head was sent, and its answer is not known. */
    boolean underWay() {
        return attempts.inDoubt() || (isOccupied() && attempts.underWay());
    }

    /** Whether the instance may hold something that this lane has not passed. */
    public boolean inDoubt() {
        return (attempts.inDoubt() && head() != null) || cursor.doubtTo() > cursor.applied();
    }

    /** Whether that instance may have been sent the record. */
    boolean mayHave(Write write) {
        return write.lsn() <= Math.max(cursor.applied(), cursor.doubtTo())
                || cursor.window().holds(write.lsn())
                || (head() == write && (attempts.inDoubt() || write.recovered()));
    }

    /** Whether the head has ended this instance so often that it is not sent there any more. */
    boolean endsServer(Write write) {
        return attempts.endsServer(write);
    }

    /** The head, or a question that comes before it, is sent. */
    void transmits() {
        attempts.transmits(instance.losses());
    }

    // Where it stands.

    /** A record is done with, in whatever way. */
    void passed(long lsn) {
        cursor.advance(lsn);
        passedAt = clock.nanoTime();
        linger.passed();
    }

    /** Whether nothing is left, in memory or in the log, that is decided. */
    boolean caughtUp(Lane leader) {
        Write head = head();
        boolean none = head == null ? !queue.spilled() || cursor.applied() >= leader.cursor.applied() : !head.decided();
        return none && cursor.unsettled().isEmpty();
    }

    /** The same, or so few decided records are left that undecided ones may wait for them. */
    boolean nearlyCaughtUp(Lane leader) {
        return queue.spilled()
                ? queue.length() - leader.queue.length() <= FEW
                : queue.stream().limit(FEW + 1L).takeWhile(Write::decided).count() <= FEW;
    }

    /** Whether it follows, with no trouble but its pace, and has more decided records before it than that. */
    boolean fallsBehind(int records) {
        if (queue.size() <= records) {
            return false;
        }
        boolean moves = attempts.faults() == 0 && clock.nanoTime() - passedAt < STUCK_NANOS;
        boolean follows = !queue.spilled() && !detached && !held && barrier == NO_BARRIER && takesWrites();
        return moves && follows && queue.stream().limit(records + 1L).allMatch(Write::decided);
    }

    /** Whether nothing but time is between its head and the instance: no trouble, no doubt, and nobody who waits for it. */
    boolean undisturbed() {
        return attempts.faults() == 0 && solo == 0 && !inDoubt() && !queue.spilled() && barrier == NO_BARRIER;
    }

    /** Whether it waits for a moment, to send more at once. */
    public boolean lingers() {
        return linger.pausing() && head() != null && open();
    }

    /** Whether records wait in the log only. */
    public boolean spilled() {
        return queue.spilled();
    }

    /** When the oldest record that waits was logged; {@link Instant#MAX} for none. */
    Instant oldestWaiting() {
        return queue.oldest();
    }

    /** Whether nothing is under way or waited for, nor is lost if this object is forgotten. */
    boolean atRest() {
        boolean still = !atWork()
                && !held
                && !compared
                && !queue.loading()
                && !awaitsCatchUp
                && !catchesUp
                && !cursor.isFlushing()
                && cursor.isDurable();
        return still
                && queue.isEmpty()
                && onBarrier == null
                && onFed == null
                && (!queue.spilled() || !instance.usable());
    }

    /** The oldest LSN that is not behind the durable cursor, or {@code Long.MAX_VALUE}. */
    long oldestPending() {
        if (detached) {
            return Long.MAX_VALUE;
        }
        if (!cursor.isDurable() || queue.spilled()) {
            return cursor.durable() + 1;
        }
        if (!cursor.unsettled().isEmpty()) {
            return cursor.unsettled().firstLsn();
        }
        Write head = head();
        return head == null ? Long.MAX_VALUE : head.lsn();
    }

    // Its turns to read pages of the log.

    /** Whether it waits for a turn to read a page. */
    boolean awaitsCatchUp() {
        return awaitsCatchUp;
    }

    void awaitCatchUp() {
        awaitsCatchUp = true;
    }

    void beginCatchUp() {
        awaitsCatchUp = false;
        catchesUp = true;
    }

    /** Its turn ends; false if it had none. */
    boolean endCatchUp() {
        boolean had = catchesUp;
        catchesUp = false;
        return had;
    }

    /**
     * Calls back once, on the loop, when the lane has nothing left in the log and its cursor is durable, or when it does not go on with
     * that for now.
     */
    void whenFed(Runnable done) {
        Runnable before = onFed;
        onFed = done;
        feedingSince = clock.nanoTime();
        if (before != null) {
            before.run();
        }
    }

    /** Tells who waits for it that it has nothing left, its cursor is durable, or that it cannot go on or has not for a while. */
    void fed() {
        Runnable done = onFed;
        if (done != null && (!goesOnFeeding() || feedingIsStuck())) {
            onFed = null;
            done.run();
        }
    }

    private boolean goesOnFeeding() {
        boolean any = !queue.exhausted() || queue.loading() || atWork() || cursor.isFlushing() || !cursor.isDurable();
        return any && !detached && !held && takesWrites();
    }

    private boolean feedingIsStuck() {
        long since = Math.max(feedingSince, passedAt);
        return !awaitsCatchUp && !queue.loading() && clock.nanoTime() - since > STUCK_NANOS;
    }

    // What operators see.

    /** The head cannot go on now: for operators to see. */
    void stands(String what, String why, Optional<Duration> longest) {
        stands = what;
        instance.holds().hold(what, why, longest);
    }

    /** It goes on. */
    void goesOn() {
        if (stands != null) {
            instance.holds().release(stands);
            stands = null;
        }
    }

    /** Whether writes may be sent there at all now. */
    boolean takesWrites() {
        return instance.usable()
                && !instance.writes().down()
                && (attempts.awaited().isEmpty() || !instance.capabilities().lacksAny(attempts.awaited()));
    }
}
