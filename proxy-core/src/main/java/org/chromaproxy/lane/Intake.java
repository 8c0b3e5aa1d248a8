package org.chromaproxy.lane;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How records come into one group's lanes: as they are committed, or in pages from the log.
 *
 * <p>A lane that cannot keep up, or whose instance is away, is spilled: what is committed meanwhile stays in the log only,
 * and comes back page by page, in turns with other lanes. So memory holds a bounded part of any backlog. Confined to the
 * group's loop.
 */
public final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    /** Records one lane holds in memory before it is spilled. */
    private static final int LANE_RECORDS = 1_000;

    private static final Set<TransactionState> REFUSED = Set.of(TransactionState.FAILED, TransactionState.ABANDONED);
    private static final int PAGE_RECORDS = 200;
    private static final long PAGE_BYTES = 2 * LargeBodies.LARGE;
    private static final long RETRY_MS = 500;

    private final LaneGroup group;
    /** The records in some queue, or whose client waits. */
    private final Map<Long, Write> known = new HashMap<>();

    private long offered;
    /** Up to here nothing is remembered of what was sent. */
    private long inherited;

    Intake(LaneGroup group) {
        this.group = group;
    }

    /** Takes in a committed record; returns false when no instance will ever take it. */
    boolean offer(Write write) {
        assert write.lsn() > offered : group + ": record " + write.lsn() + " is offered behind " + offered;
        offered = write.lsn();
        int bytes = write.record().bodyBytes();
        int taken = 0;
        boolean attached = false;
        for (Lane lane : group.lanes()) {
            if (lane.detached) {
                continue;
            }
            attached = true;
            pending(lane, 1, bytes);
            if (lane.spilled || full(lane, write)) {
                lane.leaveInLog(write);
                taken += arriving(lane, write) ? 1 : 0;
            } else {
                lane.queue.add(write);
                taken++;
            }
        }
        write.queuedOn(taken);
        byte[] body = write.body();
        group.services().stats().held(body == null ? 0 : body.length);
        if (attached) {
            know(write);
        }
        if (attached && taken == 0 && write.unattended()) {
            forgetUntilRead(write);
        }
        return attached;
    }

    private void know(Write write) {
        known.put(write.lsn(), write);
        group.services().stats().countRecords(1);
    }

    /** Nobody here has or waits for it: it is made anew when its turn comes. */
    private void forgetUntilRead(Write write) {
        group.passage().finished(write);
        if (!write.decided()) {
            write.forgotten();
        }
    }

    /** Without these, a lane that is written to all the time would hardly ever find itself at the log's end. */
    private static boolean arriving(Lane lane, Write write) {
        boolean room = lane.arriving.size() < PAGE_RECORDS;
        lane.missedArrivals |= lane.loading && !room;
        return lane.loading && room && lane.arriving.add(write);
    }

    private boolean full(Lane lane, Write write) {
        boolean many = lane.queue.size() >= LANE_RECORDS;
        boolean away = !lane.instance.usable();
        if (write.unattended()) {
            return many || away || group.services().stats().full();
        }
        // A client waits for the leader: while that works, such records are bounded by the bound on requests.
        return group.leadership().leads(lane) ? many && away : many || away;
    }

    /** Everything up to here was offered before this group was made. */
    void begun(long lsn) {
        offered = Math.max(offered, lsn);
        inherited = offered;
    }

    /** What the log holds for that lane behind its cursor; its records are counted as pending already. */
    public void restore(int instance, Backlog.Tail tail) {
        Lane lane = group.lane(instance);
        if (!lane.detached && lane.durable < tail.last()) {
            offered = Math.max(offered, tail.last());
            inherited = offered;
            lane.spilled = true;
            lane.unread = tail.records();
            lane.unreadBytes = tail.bytes();
            lane.unreadSince = tail.oldest();
        }
    }

    /** What is in the log only for that lane. */
    public Optional<Backlog.Tail> tail(Lane lane) {
        return lane.spilled
                ? Optional.of(new Backlog.Tail(lane.unread, lane.unreadBytes, offered, lane.unreadSince))
                : Optional.empty();
    }

    /** The instance is away: its lane keeps no more than a head that may have been sent. */
    void spill(Lane lane) {
        while (lane.queue.size() > (lane.busy || lane.headInDoubt ? 1 : 0)) {
            Write write = lane.queue.removeLast();
            lane.leaveInLog(write);
            dropped(write);
        }
        lane.readTo = lane.applied;
    }

    private void dropped(Write write) {
        if (write.passedOne() && (write.decided() || write.unattended())) {
            forgetUntilRead(write);
        }
    }

    /** No lane has the record any more. */
    void forget(Write write) {
        if (known.remove(write.lsn()) != null) {
            group.services().stats().countRecords(-1);
        }
    }

    /** The log says that its client was told to ask later: forgets it if it is in the log only. */
    public void abandoned(Write write) {
        // A page that is being read may not say so yet, and would make one whose outcome nobody keeps.
        boolean reading = group.lanes().stream().anyMatch(lane -> lane.loading);
        // A lane that gets to it reads it from the log.
        group.services().stats().freed(write.dropBody());
        if (!reading && !write.queued() && known.containsKey(write.lsn())) {
            forgetUntilRead(write);
        }
    }

    /** Everything up to here is in the lane's queue, or has been. */
    long readTo(Lane lane) {
        Write last = lane.queue.peekLast();
        return Math.max(lane.readTo, last == null ? lane.reached() : last.lsn());
    }

    /** A lane that took no part follows from here on. */
    public void attach(Lane lane) {
        lane.detached = false;
        lane.readTo = offered;
    }

    /** The same from behind {@code lsn}, where {@code other} stands with all that came later in its queue. */
    public void attach(Lane lane, long lsn, Lane other) {
        lane.detached = false;
        lane.readTo = lsn;
        for (Write write : other.queue) {
            lane.leaveInLog(write);
            pending(lane, 1, write.record().bodyBytes());
        }
    }

    /** The last record that was offered to that lane. */
    public long lastOf(Lane lane) {
        return lane.spilled ? offered : readTo(lane);
    }

    boolean empty() {
        return known.isEmpty();
    }

    /** Fetches the next records of a spilled lane, if it can use them now. */
    void feed(Lane lane) {
        boolean wants = lane.spilled
                && lane.queue.isEmpty()
                && !lane.detached
                && !lane.held
                && lane.instance.usable()
                && readable(lane)
                && group.ready(lane);
        if (lane.busy || lane.loading || lane.awaitsTurn) {
            return;
        }
        endTurn(lane);
        if (!wants) {
            return;
        }
        if (!group.takesTurns()) {
            load(lane);
            return;
        }
        lane.awaitsTurn = true;
        group.services()
                .catchUp()
                .await(
                        lane.instance,
                        tenant(),
                        () -> group.io().execute(() -> {
                            lane.awaitsTurn = false;
                            lane.hasTurn = true;
                            if (lane.spilled && lane.queue.isEmpty() && !lane.detached && lane.instance.usable()) {
                                load(lane);
                            } else {
                                feed(lane);
                            }
                        }));
    }

    /** Others may catch up on that instance. */
    void endTurn(Lane lane) {
        if (lane.hasTurn) {
            lane.hasTurn = false;
            group.services().catchUp().done(lane.instance);
        }
    }

    private String tenant() {
        return group.services()
                .catalog()
                .known(group.id())
                .map(entry -> entry.path().tenant())
                .orElse("");
    }

    /** Whether the log holds something that lane can use: undecided records it can not, unless the leader has them here. */
    private boolean readable(Lane lane) {
        Lane leader = group.lane(group.gate().leader());
        return lane == leader || !leader.spilled || readTo(lane) < passed();
    }

    /** What some lane has passed. */
    private long passed() {
        return group.lanes().stream().mapToLong(each -> each.applied).max().orElse(0);
    }

    private void load(Lane lane) {
        lane.loading = true;
        lane.missedArrivals = false;
        long from = readTo(lane);
        // Whatever some lane has passed by now has its outcome in the log before the page is read.
        long decided = passed();
        long seen = offered;
        group.services()
                .backlog()
                .read(group.id(), from, PAGE_RECORDS, PAGE_BYTES, group.io())
                .whenComplete((page, error) -> {
                    lane.loading = false;
                    boolean joins = page != null
                            && lane.spilled
                            && !lane.detached
                            && readTo(lane) == from
                            && taken(lane, page, decided, seen);
                    arrived(lane, joins);
                    if (page == null) {
                        LOG.warn("{} on {}: its records cannot be read from the log now: {}", group, lane, error);
                        group.io().schedule(() -> group.pump(lane), RETRY_MS, TimeUnit.MILLISECONDS);
                    } else {
                        group.pump(lane);
                    }
                });
    }

    /** Queues a page's records; true if they are all there was when its reading began. */
    private boolean taken(Lane lane, List<LoggedRecord> page, long decided, long seen) {
        // What is committed already but not offered yet comes that way, and must not come twice.
        List<LoggedRecord> known =
                page.stream().filter(each -> each.record().lsn() <= offered).toList();
        boolean last = page.isEmpty() || known.size() < page.size();
        return take(lane, known, decided) && (readTo(lane) >= seen || last);
    }

    /** What was offered meanwhile goes behind the page that {@code joins} it, or stays in the log. */
    private void arrived(Lane lane, boolean joins) {
        for (Write write : lane.arriving) {
            if (joins && write.lsn() > readTo(lane)) {
                lane.queue.add(write);
                read(lane, write.record().bodyBytes());
            } else {
                dropped(write);
            }
        }
        lane.arriving.clear();
        if (joins && !lane.missedArrivals) {
            contiguous(lane);
        }
    }

    /** Queues a page's records; false if the last of them must be read again once they are decided. */
    private boolean take(Lane lane, List<LoggedRecord> page, long decided) {
        for (LoggedRecord logged : page) {
            LogRecord record = logged.record();
            // A copy's own writes are no part of what it copies.
            boolean mine = record.content().kind() != OpKind.REPAIR;
            if (mine) {
                Write write = write(lane, logged, decided);
                if (write == null) {
                    return false;
                }
                lane.headInDoubt |= lane.queue.isEmpty() && write.lsn() <= lane.doubtTo;
                lane.queue.add(write);
                write.queuedOnOneMore();
                read(lane, record.bodyBytes());
            }
            lane.readTo = record.lsn();
            lane.unreadSince = record.createdAt();
        }
        return true;
    }

    /** A record counts once, in the log or in the queue; what was counted too low at start is made up for here. */
    private void read(Lane lane, int bytes) {
        long records = Math.min(1, lane.unread);
        long counted = Math.min(bytes, lane.unreadBytes);
        lane.unread -= records;
        lane.unreadBytes -= counted;
        pending(lane, 1 - records, bytes - counted);
    }

    /** The record as this group knows it by now; null if it must be decided first, elsewhere. */
    private @Nullable Write write(Lane lane, LoggedRecord logged, long decided) {
        LogRecord record = logged.record();
        Write present = known.get(record.lsn());
        if (present != null) {
            return present;
        }
        Optional<TransactionState> told = logged.outcome().map(Change.Outcome::state);
        boolean refused = told.filter(REFUSED::contains).isPresent();
        // What was passed only since the page was asked for may have an outcome that the page does not tell.
        boolean undecided = group.leadership().leads(lane) && record.lsn() > passed();
        if (record.lsn() > decided && !refused && !undecided) {
            return null;
        }
        boolean mayHaveBeenSent =
                record.lsn() <= inherited || record.content().kind().catalog();
        Write write = mayHaveBeenSent ? Write.recovered(record) : Write.again(record);
        byte[] body = record.content().request().body();
        if (!write.large()) {
            write.body(body);
            group.services().stats().held(body.length);
        }
        if (told.filter(TransactionState.PENDING_RECOVERY::equals).isPresent()) {
            // Some client asks for its outcome: it is kept, though nobody here remembers the client.
            write.abandon();
        }
        if (told.filter(TransactionState.ABANDONED::equals).isPresent()) {
            write.foundGivenUp();
        }
        if (refused) {
            write.decide(Write.Decision.REFUSED);
        } else if (record.lsn() <= decided || LaneGroup.targeted(write)) {
            write.decide(Write.Decision.APPLIED);
        }
        know(write);
        return write;
    }

    private void contiguous(Lane lane) {
        lane.spilled = false;
        lane.linger.overdue();
        if (lane.queue.isEmpty() && lane.readTo > lane.reached() && !lane.detached) {
            // The last of its records were a copy's own writes: nothing will pass them.
            group.passage().skip(lane, lane.readTo);
        }
        pending(lane, -lane.unread, -lane.unreadBytes);
        lane.unread = 0;
        lane.unreadBytes = 0;
    }

    /** The lane leaves the group: nothing of what it had before it is its business. */
    void detach(Lane lane) {
        for (Write write : lane.queue) {
            pending(lane, -1, -write.record().bodyBytes());
            dropped(write);
        }
        lane.queue.clear();
        for (Write write : lane.unsettled.takeAll()) {
            pending(lane, -1, -write.record().bodyBytes());
            dropped(write);
        }
        contiguous(lane);
    }

    void pending(Lane lane, long records, long bytes) {
        lane.instance.pending().add(records, bytes);
    }
}
