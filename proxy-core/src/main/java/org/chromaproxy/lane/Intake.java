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
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    /** Records one lane holds in memory before it is spilled. */
    private static final int LANE_RECORDS = 1_000;

    private static final Set<TransactionState> REFUSED = Set.of(TransactionState.FAILED, TransactionState.ABANDONED);
    /** Its client was told so, or asks and is told: it is never decided otherwise. */
    private static final Set<TransactionState> DONE = Set.of(TransactionState.COMPLETED, TransactionState.RECOVERED);

    private static final int PAGE_RECORDS = LaneQueue.MOST_ARRIVALS;
    private static final long PAGE_BYTES = 2 * LargeBodies.LARGE;
    private static final long RETRY_MS = 500;

    private final Lanes group;
    private final LaneSemantics semantics;
    private final Passage passage;
    /** The records in some queue, or whose client waits. */
    private final Map<Long, Write> known = new HashMap<>();

    private long offered;
    /** Up to here nothing is remembered of what was sent. */
    private long inherited;

    Intake(Lanes group, LaneSemantics semantics, Passage passage) {
        this.group = group;
        this.semantics = semantics;
        this.passage = passage;
    }

    /** Takes in a committed record; returns false when no instance will ever take it. */
    boolean offer(Write write) {
        assert write.lsn() > offered : group + ": record " + write.lsn() + " is offered behind " + offered;
        offered = write.lsn();
        int taken = 0;
        boolean attached = false;
        for (Lane lane : group.lanes()) {
            if (lane.detached()) {
                continue;
            }
            attached = true;
            if (lane.spilled() || full(lane, write)) {
                taken += lane.queue.leaveInLog(write) ? 1 : 0;
            } else {
                lane.queue.append(write);
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
        passage.finished(write);
        if (!write.decided()) {
            write.forgotten();
        }
    }

    private boolean full(Lane lane, Write write) {
        boolean many = lane.queue.size() >= LANE_RECORDS;
        boolean away = !lane.instance.usable();
        if (write.unattended()) {
            return many || away || group.services().stats().full();
        }
        // A client waits for the leader: while that works, such records are bounded by the bound on requests.
        return group.leads(lane) ? many && away : many || away;
    }

    /** Everything up to here was offered before this group was made. */
    void begun(long lsn) {
        offered = Math.max(offered, lsn);
        inherited = offered;
    }

    /** A lane stands there now; what was sent to others since these lanes were made is remembered all the same. */
    void joined(long lsn) {
        offered = Math.max(offered, lsn);
    }

    /** See {@link Lanes#inherited}. */
    long inherited() {
        return inherited;
    }

    /** What the log holds for that lane behind its cursor; its records are counted as pending already. */
    void restore(int instance, Backlog.Tail tail) {
        Lane lane = group.lane(instance);
        if (!lane.detached() && lane.cursor.durable() < tail.last()) {
            offered = Math.max(offered, tail.last());
            inherited = offered;
            lane.queue.restore(tail);
        }
    }

    /** What is in the log only for that lane. */
    Optional<Backlog.Tail> tail(Lane lane) {
        return lane.queue.tail(offered);
    }

    /** The instance is away: its lane keeps no more than a head that may have been sent. */
    void spill(Lane lane) {
        lane.queue.spill(lane.isOccupied() || lane.headInDoubt() ? 1 : 0, lane.cursor.applied(), this::dropped);
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
    void abandoned(Write write) {
        // A page that is being read may not say so yet, and would make one whose outcome nobody keeps.
        boolean reading = group.lanes().stream().anyMatch(lane -> lane.queue.loading());
        // A lane that gets to it reads it from the log.
        group.services().stats().freed(write.dropBody());
        if (!reading && !write.queued() && known.containsKey(write.lsn())) {
            forgetUntilRead(write);
        }
    }

    /** Everything up to here is in the lane's queue, or has been. */
    long readTo(Lane lane) {
        return lane.queue.readTo(lane.cursor.reached());
    }

    /** A lane that took no part follows from here on. */
    void attach(Lane lane) {
        lane.join(offered);
    }

    /** The same from behind {@code lsn}, where {@code other} stands with all that came later in its queue. */
    void attach(Lane lane, long lsn, Lane other) {
        lane.join(lsn);
        other.queue.forEach(lane.queue::leaveInLogAsWell);
    }

    /** The last record that was offered to that lane. */
    long lastOf(Lane lane) {
        return lane.spilled() ? offered : readTo(lane);
    }

    boolean empty() {
        return known.isEmpty();
    }

    /** Fetches the next records of a spilled lane, if it can use them now. */
    void feed(Lane lane) {
        boolean wants = lane.spilled()
                && lane.queue.isEmpty()
                && !lane.detached()
                && !lane.held()
                && lane.instance.usable()
                && readable(lane)
                && semantics.ready(lane);
        if (lane.isOccupied() || lane.queue.loading() || lane.awaitsCatchUp()) {
            return;
        }
        endTurn(lane);
        if (!wants) {
            return;
        }
        if (!semantics.takesTurns()) {
            load(lane);
            return;
        }
        lane.awaitCatchUp();
        group.services()
                .catchUp()
                .await(
                        lane.instance,
                        tenant(),
                        () -> group.io().execute(() -> {
                            lane.beginCatchUp();
                            if (lane.spilled() && lane.queue.isEmpty() && !lane.detached() && lane.instance.usable()) {
                                load(lane);
                            } else {
                                feed(lane);
                            }
                        }));
    }

    /** Others may catch up on that instance. */
    void endTurn(Lane lane) {
        if (lane.endCatchUp()) {
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
        return lane == leader || !leader.spilled() || readTo(lane) < passed();
    }

    /** What some lane has passed. */
    private long passed() {
        return group.lanes().stream()
                .mapToLong(each -> each.cursor.applied())
                .max()
                .orElse(0);
    }

    private void load(Lane lane) {
        lane.queue.beginLoading();
        long from = readTo(lane);
        // Whatever some lane has passed by now has its outcome in the log before the page is read.
        long decided = passed();
        long seen = offered;
        group.services()
                .backlog()
                .read(group.id(), from, PAGE_RECORDS, PAGE_BYTES, group.io())
                .whenComplete((page, error) -> {
                    lane.queue.endLoading();
                    boolean joins = page != null
                            && lane.spilled()
                            && !lane.detached()
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
        for (Write write : lane.queue.takeArrivals()) {
            if (joins && write.lsn() > readTo(lane)) {
                lane.queue.read(write);
            } else {
                dropped(write);
            }
        }
        if (joins && !lane.queue.missedArrivals()) {
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
                lane.read(write);
                write.queuedOnOneMore();
            }
            lane.queue.passedInLog(record.lsn(), record.createdAt());
        }
        return true;
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
        boolean undecided = group.leads(lane) && record.lsn() > passed();
        boolean done = told.filter(DONE::contains).isPresent();
        if (record.lsn() > decided && !refused && !done && !undecided) {
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
        } else if (done || record.lsn() <= decided || write.targeted()) {
            write.decide(Write.Decision.APPLIED);
        }
        know(write);
        return write;
    }

    private void contiguous(Lane lane) {
        lane.queue.becomeContiguous();
        lane.linger.overdue();
        long lastRead = lane.queue.lastRead();
        if (lane.queue.isEmpty() && lastRead > lane.cursor.reached() && !lane.detached()) {
            // The last of its records were a copy's own writes: nothing will pass them.
            passage.skip(lane, lastRead);
        }
    }

    /** The lane leaves the group: nothing of what it had before it is its business. */
    void detach(Lane lane) {
        for (Write write : lane.queue.clear()) {
            passage.abandonTargeted(lane, write);
            dropped(write);
        }
        for (Write write : lane.cursor.unsettled().takeAll()) {
            lane.queue.forget(write);
            dropped(write);
        }
        contiguous(lane);
    }
}
