package org.chromaproxy.lane;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.capability.Feature;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.time.Clock;
import org.chromaproxy.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;

/** The ordered stream of records of one group on one instance. A plain state holder, confined to its group's loop. */
public final class Lane {
    /** About one merged request: under load a follower is never without something to catch up with. */
    private static final int FEW = 100;
    /** A lane that has passed nothing for so long is stuck: that is a trouble, not a pace. */
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Clock clock;
    public final Instance instance;
    public final ArrayDeque<Write> queue = new ArrayDeque<>();
    public final DoubtWindow doubt = new DoubtWindow();
    final Linger linger;
    /** Something is under way for the head: a request, a body being read, a cursor being flushed, a pause. */
    public boolean busy;
    /** The head was sent here without an answer, or may have been before a restart. */
    public boolean headInDoubt;
    /** Attempts at the head that ended without a usable answer while the instance was up. */
    public int faults;
    /** When the first of them ended, by the clock. */
    long firstFaultAt;
    /** The latest of them ended without any answer of the instance's own. */
    boolean unanswered;
    /** The latest answer to the head that was no outcome; null if there was none. */
    public @Nullable UpstreamResponse told;
    /** When the instance, or something on the way to it, first said that it is too busy for the head; 0 if it has not. */
    long busySince;

    int busyAnswers;
    /** Under which name operators see that it stands still; null while it goes on. */
    private @Nullable String stands;

    /** The instance was seen to be sound since the head first failed there. */
    boolean sound;
    /** What the instance had applied in all when the head first failed there, and when it was first sent. */
    public long appliedAtFault;

    public long appliedAtSend;
    /** The last fault told of the server's disk or database, not of the record. */
    public boolean sick;
    /** Held while the head's large body is in memory for this lane. */
    Turns.@Nullable Turn largeBody;

    /** Held while the head is under way, or is about to be. */
    WriteTurns.@Nullable Turn writeTurn;
    /** The head that waits for that, behind others of the same client or a large write. */
    @Nullable
    Write awaitsWriteTurn;

    /** The head is sent there piece by piece; null if it is not, or not yet. */
    private @Nullable DeleteInPieces pieces;

    /** How often the instance had been lost when the head was last sent there. */
    private long lossesAtSend;
    /** The head was cut off there; null if it was not. */
    @Nullable
    Endings endings;

    /** When the head was first sent here, by the clock; 0 if it was not. */
    public long waitingSince;
    /** What is under way, of the head or of one that was the head when the lane was given up. */
    @Nullable
    Flight flight;
    /** How many requests about the head were never answered, see {@link Silence}. */
    int silences;
    /** The head is sent again only behind another write: what was sent before may still have its effect. */
    boolean needsBarrier;

    /** Takes no records: the collection is not (any more) to be kept on this instance. */
    public boolean detached;
    /** Filled by a copy: nothing is sent until it is released. */
    public boolean held;
    /** Stands still for a moment, to be compared with another. */
    public boolean compared;
    /** Records beyond this LSN wait. */
    public long barrier = Long.MAX_VALUE;

    public @Nullable Runnable onBarrier;
    /** Called once when the lane has caught up or stands still, see {@link #whenFed}; and since when that is waited for. */
    private @Nullable Runnable onFed;

    private long feedingSince;
    /** Ends the pause this lane makes before it tries again, if it makes one. */
    public @Nullable Runnable endPause;
    /** Pauses made so far: tells an old one from the present one. */
    long pauses;

    /** What the head needs and the instance lacked when it was looked at: it waits for an upgrade, and takes no writes. */
    Set<Feature> awaited = Set.of();

    /** So many heads are sent alone: together they were refused, or not answered. */
    public int solo;
    /** Everything up to here may have been sent without an answer. */
    long doubtTo;
    /** Behind the queue there are records that are in the log only; they are read in pages, by turns. */
    boolean spilled;
    /** How many, and the bytes of their bodies; after a start perhaps a little too much. */
    long unread;

    long unreadBytes;
    /** When the oldest of them was logged, or a little earlier. */
    Instant unreadSince = Instant.MAX;
    /** The end of the last page, or where the lane joined; see {@link Intake#readTo}. */
    long readTo;

    boolean loading;
    /** What was offered while a page is read: if the page is the last one, these follow it. */
    final ArrayDeque<Write> arriving = new ArrayDeque<>();
    /** More was offered meanwhile than is kept. */
    boolean missedArrivals;

    boolean awaitsTurn;
    boolean hasTurn;

    /** When it last was done with a record, by the clock. */
    long passedAt;

    public long applied;
    public long durable;
    /** Executed, and neither durable nor applied yet; the queue begins behind them. */
    final Unsettled unsettled = new Unsettled();
    /** Nothing more is sent before the cursor is durable. */
    public boolean awaitsFlush;
    /** The cursor's last submission that is not durable yet; at most one is under way. */
    public long flushing;

    /** One for each of them, in their order; {@code clock} is that of the group's loop. */
    static List<Lane> of(Instances instances, Clock clock) {
        return instances.stream().map(instance -> new Lane(instance, clock)).toList();
    }

    private Lane(Instance instance, Clock clock) {
        this.instance = instance;
        this.clock = clock;
        this.linger = new Linger(clock::nanoTime);
        this.passedAt = clock.nanoTime() - STUCK_NANOS;
    }

    public @Nullable Write head() {
        return queue.peek();
    }

    /** A record of this lane stays in the log, behind the queue. */
    void leaveInLog(Write write) {
        Instant logged = write.record().createdAt();
        if (!spilled || logged.isBefore(unreadSince)) {
            unreadSince = logged;
        }
        spilled = true;
        unread++;
        unreadBytes += write.record().bodyBytes();
    }

    /** When the oldest record that waits was logged; {@link Instant#MAX} for none. */
    public Instant oldestWaiting() {
        Write head = queue.peek();
        if (head != null) {
            return head.record().createdAt();
        }
        return spilled ? unreadSince : Instant.MAX;
    }

    /** Whether nothing is left before the barrier. */
    public boolean drainedToBarrier() {
        Write head = queue.peek();
        return !atWork() && (head == null ? !spilled : head.lsn() > barrier);
    }

    /** Whether nothing is left, in memory or in the log, that is decided. */
    public boolean caughtUp(Lane leader) {
        Write head = queue.peek();
        boolean none = head == null ? !spilled || applied >= leader.applied : !head.decided();
        return none && unsettled.isEmpty();
    }

    /** The same, or so few decided records are left that undecided ones may wait for them. */
    public boolean nearlyCaughtUp(Lane leader) {
        return spilled
                ? backlog() - leader.backlog() <= FEW
                : queue.stream().limit(FEW + 1L).takeWhile(Write::decided).count() <= FEW;
    }

    private long backlog() {
        return queue.size() + unread;
    }

    /** Whether it follows, with no trouble but its pace, and has more decided records before it than that. */
    boolean fallsBehind(int records) {
        boolean moves = faults == 0 && clock.nanoTime() - passedAt < STUCK_NANOS;
        boolean follows = !spilled && !detached && !held && barrier == Long.MAX_VALUE && takesWrites();
        return moves
                && follows
                && queue.size() > records
                && queue.stream().limit(records + 1L).allMatch(Write::decided);
    }

    /** Whether nothing but time is between its head and the instance: no trouble, no doubt, and nobody who waits for it. */
    boolean undisturbed() {
        return faults == 0 && solo == 0 && !inDoubt() && !spilled && barrier == Long.MAX_VALUE;
    }

    /** Whether it waits for a moment, to send more at once. */
    public boolean lingers() {
        return linger.pausing() && head() != null && open();
    }

    /** Whether records wait in the log only. */
    public boolean spilled() {
        return spilled;
    }

    /** Whether nothing is under way or waited for, nor is lost if this object is forgotten. */
    boolean atRest() {
        boolean still = !atWork()
                && !held
                && !compared
                && !loading
                && !awaitsTurn
                && !hasTurn
                && flushing == 0
                && applied <= durable;
        boolean atBarrier = barrier == Long.MAX_VALUE || onBarrier == null;
        return still && queue.isEmpty() && atBarrier && onFed == null && (!spilled || !instance.usable());
    }

    /**
     * Calls back once, on the loop, when the lane has nothing left in the log and its cursor is durable, or when it does not go on with
     * that for now.
     */
    public void whenFed(Runnable done) {
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
        boolean any = spilled || loading || atWork() || !queue.isEmpty() || flushing != 0 || applied > durable;
        return any && !detached && !held && takesWrites();
    }

    private boolean feedingIsStuck() {
        long since = Math.max(feedingSince, passedAt);
        return !awaitsTurn && !loading && clock.nanoTime() - since > STUCK_NANOS;
    }

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

    /** It has left its group: nothing under way is its business any more. */
    void leave() {
        busy = false;
        awaitsWriteTurn = null;
        pieces = null;
        headInDoubt = false;
        doubtTo = 0;
        endPause = null;
    }

    /** The head is done: forgets its troubles. */
    public void nextHead() {
        goesOn();
        Write head = queue.peek();
        headInDoubt = head != null && head.lsn() <= doubtTo;
        solo = Math.max(0, solo - 1);
        faults = 0;
        waitingSince = 0;
        pieces = null;
        sick = false;
        told = null;
        busySince = 0;
        busyAnswers = 0;
        sound = false;
        awaited = Set.of();
        silences = 0;
        needsBarrier = false;
        forgetEndings();
    }

    /**
     * What the instance is sent of the head next, where that is a delete of more ids than it is sent at once.
     *
     * @param body the head's, once it can be repeated
     */
    public byte[] piece(Write head, byte[] body) {
        DeleteInPieces present = pieces;
        if (present == null || !present.goesOnWith(head, instance.losses())) {
            present = DeleteInPieces.begin(head, body, instance.losses()).orElse(null);
            pieces = present;
        }
        return present == null ? body : present.next(body);
    }

    /** How far the instance has come with the head, if that is sent in pieces. */
    public Optional<DeleteInPieces> pieces() {
        return Optional.ofNullable(pieces);
    }

    /** A piece of the head is executed there, and more of them follow. */
    public void beforeNextPiece() {
        headInDoubt = true;
        waitingSince = 0;
    }

    /** The head, or a question that comes before it, is sent. */
    public void sending() {
        lossesAtSend = instance.losses();
    }

    /** The connection it was sent on was closed without an answer. */
    public void cutOff(Write head) {
        unanswered = true;
        Endings before = endings;
        Endings now = before != null && before.of(head) ? before : new Endings(head.lsn(), clock);
        endings = now;
        now.cutOff(lossesAtSend);
    }

    /** The head was answered, in whatever way. */
    public void survived() {
        unanswered = false;
        if (endings != null) {
            endings.survived();
        }
    }

    /** It sends nothing now: others may. What is still under way keeps its connection until it ends. */
    void endWriteTurn() {
        WriteTurns.Turn turn = writeTurn;
        if (turn != null) {
            writeTurn = null;
            if (flight == null) {
                turn.end();
            } else {
                turn.overdue();
            }
        }
    }

    /** Others may send what they suspect: nothing suspect is under way for this lane. */
    void endTrial() {
        if (endings != null) {
            endings.endTurn();
        }
    }

    /** The head is another one, or nobody's. */
    void forgetEndings() {
        endTrial();
        endings = null;
    }

    /** Whether the head has ended this instance so often that it is not sent there any more. */
    public boolean endsServer(Write write) {
        return endings != null && endings.of(write) && endings.proved();
    }

    /** Whether something is under way for the head, or not durable yet of what was executed. */
    public boolean atWork() {
        return busy || !unsettled.isEmpty();
    }

    /** What was executed and is not durable is to be executed again, one by one: it is in doubt. */
    void takeBack() {
        List<Write> all = unsettled.takeAll();
        all.reversed().forEach(queue::addFirst);
        doubtTo = Math.max(doubtTo, all.getLast().lsn());
        nextHead();
        solo = Math.max(solo, all.size());
    }

    /** Up to where it has executed or passed everything. */
    long reached() {
        return unsettled.isEmpty() ? applied : unsettled.lastLsn();
    }

    /** Whether the head may go on. */
    boolean open() {
        return !busy && !detached && !held && !compared;
    }

    /** Whether the head was sent, and its answer is not known. */
    public boolean underWay() {
        return headInDoubt || (busy && waitingSince != 0);
    }

    /** Whether the instance may hold something that this lane has not passed. */
    public boolean inDoubt() {
        return (headInDoubt && head() != null) || doubtTo > applied;
    }

    /** Whether that instance may have been sent the record. */
    public boolean mayHave(Write write) {
        return write.lsn() <= Math.max(applied, doubtTo)
                || doubt.holds(write.lsn())
                || (head() == write && (headInDoubt || write.recovered()));
    }

    /** Whether writes may be sent there at all now. */
    public boolean takesWrites() {
        return instance.usable()
                && !instance.writes().down()
                && (awaited.isEmpty() || !instance.capabilities().lacksAny(awaited));
    }

    /** The oldest LSN that is not behind the durable cursor, or {@code Long.MAX_VALUE}. */
    long oldestPending() {
        if (detached) {
            return Long.MAX_VALUE;
        }
        if (applied > durable || spilled) {
            return durable + 1;
        }
        if (!unsettled.isEmpty()) {
            return unsettled.firstLsn();
        }
        Write head = queue.peek();
        return head == null ? Long.MAX_VALUE : head.lsn();
    }

    public int index() {
        return instance.index();
    }

    @Override
    public String toString() {
        return instance.name();
    }
}
