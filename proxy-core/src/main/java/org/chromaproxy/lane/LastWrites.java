package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.wal.record.Change;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a record that may delete a collection waits for before any instance is sent it: the outcomes of the writes that were
 * logged before it. Once these are known, a cursor behind them is made durable, so that they are known after a crash as well. So a
 * write before a deletion that a cursor has passed is done or has its outcome in the log, and no other was ever told as done.
 *
 * <p>Where the leader cannot decide them, nobody waits for ever: then the collection is closed, which leaves all that is undecided
 * as it is until the deletion is decided. If the collection is deleted, the outcomes of these writes can never be told any more,
 * and they are given up; if not, they go on. Confined to the group's loop.
 *
 * <p>A process before this one may have gone so far, have had the collection deleted on an instance, and have died before that
 * was durable. The instance cannot be sent any more what was written before then, though another one decides it.
 */
final class LastWrites {
    private static final Logger LOG = LoggerFactory.getLogger(LastWrites.class);
    /** An instance that is restarted is back by then. */
    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** A write that is not answered goes to another instance, and is given up, well before that. */
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final Lanes group;
    private final CollectionEntry entry;
    private final List<Runnable> waiting = new ArrayList<>();
    /** The LSN of the record that waits; 0 if none ever did. */
    private long before;

    private boolean storing;
    /** Where the leader was seen to stand, and since when, by the clock. */
    private long position;

    private long since;
    /** By instance: the LSN of its head when the instance said that it does not hold the collection; 0 if it never said so. */
    private final long[] absent;

    LastWrites(Lanes group, CollectionEntry entry) {
        this.group = group;
        this.entry = entry;
        this.absent = new long[group.lanes().size()];
    }

    /** The instance says that it does not hold the collection, though it is not deleted. */
    void absent(Lane lane, Write head) {
        absent[lane.index()] = head.lsn();
    }

    /** Whether the record that waits at the lane's barrier has been executed there already, as far as the instance can tell. */
    boolean executed(Lane lane) {
        Write head = lane.head();
        return lane.barrier() == before && head != null && absent[lane.index()] == head.lsn();
    }

    /**
     * Begins to wait for the outcomes of all that was logged before {@code lsn}, and was offered to this group.
     *
     * @param atOnce whether to wait for none: no instance holds the collection any more
     * @param ended called once on the group's loop, when they are durable or the collection is closed
     */
    void await(long lsn, boolean atOnce, Runnable ended) {
        if (lsn != before) {
            before = lsn;
            position = -1;
        }
        waiting.add(ended);
        if (atOnce && !decided()) {
            close("no instance holds it");
        }
        look();
    }

    /** Whether nobody waits: only these lanes know who does. */
    boolean none() {
        return waiting.isEmpty() && !storing;
    }

    /** Goes on if it can; to be called whenever a lane has moved, and every second. */
    void look() {
        if (waiting.isEmpty() || storing) {
            return;
        }
        boolean settled = entry.deletedLsn() != 0 || entry.closed() || decided();
        if (!settled && patient()) {
            return;
        }
        if (!settled) {
            close("what was written before cannot be decided now");
        }
        store();
    }

    /** Whether the leader has passed all of them: it passes none without an outcome. */
    private boolean decided() {
        if (group.lanes().stream().allMatch(Lane::detached)) {
            return true;
        }
        Lane leader = group.leader();
        Write head = leader.head();
        return !leader.detached() && (head == null ? !leader.spilled() : head.lsn() > before);
    }

    private boolean patient() {
        long now = group.io().nanoTime();
        Lane leader = group.leader();
        if (position != leader.cursor.applied()) {
            position = leader.cursor.applied();
            since = now;
        }
        boolean away = leader.detached() || !leader.takesWrites();
        return now - since < (away ? AWAY_NANOS : STUCK_NANOS);
    }

    private void close(String why) {
        LOG.warn("{}: record {}, which may delete it, goes before writes that have no outcome: {}", entry, before, why);
        entry.close(before);
    }

    /** Some cursor behind all that is decided is durable, then they are told. */
    private void store() {
        Lane first = group.lanes().stream()
                .max(Comparator.comparingLong(lane -> lane.cursor.applied()))
                .orElseThrow();
        if (first.cursor.isDurable()) {
            ended();
            return;
        }
        storing = true;
        Change cursor = new Change.Cursor(group.id(), first.instance.name(), first.cursor.applied());
        group.services()
                .log()
                .submit(
                        List.of(cursor),
                        true,
                        () -> group.io().execute(() -> {
                            storing = false;
                            ended();
                        }));
    }

    private void ended() {
        List<Runnable> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(Runnable::run);
    }
}
