package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.recovery.LogReader;
import org.jspecify.annotations.Nullable;

/** Where the lanes stand that no group holds in memory: as the log said at start, or as the group said that was let go. */
public final class RestoredLanes {
    /** One collection's lanes. Arrays by instance index; a cursor of -1 is none, nor is a leader of -1. */
    private static final class Standing {
        private final long[] cursors;
        private final Backlog.@Nullable Tail[] tails;
        private int leader = (int) NONE;
        private Leadership.Led led = Leadership.Led.NEVER;

        Standing(int instances) {
            cursors = new long[instances];
            Arrays.fill(cursors, NONE);
            tails = new Backlog.Tail[instances];
        }

        private long oldestPending() {
            long oldest = Long.MAX_VALUE;
            for (int i = 0; i < tails.length; i++) {
                if (tails[i] != null) {
                    oldest = Math.min(oldest, cursors[i] + 1);
                }
            }
            return oldest;
        }

        private boolean decided() {
            long last = Arrays.stream(tails)
                    .filter(Objects::nonNull)
                    .mapToLong(Backlog.Tail::last)
                    .max()
                    .orElse(NONE);
            return last == NONE || Arrays.stream(cursors).anyMatch(cursor -> cursor >= last);
        }
    }

    private static final long NONE = -1;

    private final Instances instances;
    private final Map<UUID, Standing> standings = new ConcurrentHashMap<>();
    /** By lane, and index of the instance: a barrier at which it stands with nothing before it, or {@code Long.MAX_VALUE}. */
    private final Map<UUID, long[]> barriers = new ConcurrentHashMap<>();
    /** What lanes have still to apply that are being handed over to a group nobody finds yet. */
    private final Map<UUID, Long> handing = new ConcurrentHashMap<>();

    public RestoredLanes(Instances instances) {
        this.instances = instances;
    }

    /**
     * Where the log says that they stand. Those of collections without a mapping are left out: nobody has anything to apply there, and
     * with a collection for each session there would be more of them every day.
     */
    public static RestoredLanes of(LogReader log, Instances instances) {
        RestoredLanes restored = new RestoredLanes(instances);
        log.forEachCursor(restored::add);
        log.forEachLeader(restored::add);
        return restored;
    }

    /** Of how many collections, and the catalog, lanes are here. */
    int size() {
        return standings.size();
    }

    private Standing of(UUID lane) {
        return standings.computeIfAbsent(lane, id -> new Standing(instances.size()));
    }

    public void add(Change.Cursor cursor) {
        Optional<Instance> instance = instances.byName(cursor.instance());
        instance.ifPresent(known -> of(cursor.lane()).cursors[known.index()] = cursor.lsn());
    }

    public void add(Change.Lead lead) {
        Standing standing = of(lead.lane());
        // Of an instance that is not configured any more only the term counts: a lower one would not be stored.
        standing.leader = instances.byName(lead.instance()).map(Instance::index).orElse((int) NONE);
        standing.led = new Leadership.Led(lead.term(), lead.tellers());
    }

    /** What the log holds for that lane on one instance behind its cursor. */
    void add(UUID lane, int instance, Backlog.Tail tail) {
        of(lane).tails[instance] = tail;
    }

    /** Stops the lane of that instance behind {@code lsn}; false if it has something before it, and must be made for that. */
    boolean barrier(UUID lane, int instance, long lsn) {
        Standing standing = standings.get(lane);
        if (standing != null && standing.tails[instance] != null) {
            return false;
        }
        barriers.computeIfAbsent(lane, id -> {
            long[] none = new long[instances.size()];
            Arrays.fill(none, Long.MAX_VALUE);
            return none;
        })[instance] = lsn;
        return true;
    }

    /** Ends a barrier. */
    void release(UUID lane, int instance) {
        barriers.computeIfPresent(lane, (id, lsns) -> {
            lsns[instance] = Long.MAX_VALUE;
            return Arrays.stream(lsns).allMatch(lsn -> lsn == Long.MAX_VALUE) ? null : lsns;
        });
    }

    /** Whether every record of that lane has its outcome, as some instance has durably passed all of them. */
    boolean decided(UUID lane) {
        Standing standing = standings.get(lane);
        return standing == null || standing.decided();
    }

    /** The collection is gone; false if its lane has still something before it on some instance. */
    boolean forget(UUID lane) {
        Standing standing = standings.get(lane);
        if (standing != null && standing.oldestPending() != Long.MAX_VALUE) {
            return false;
        }
        standings.remove(lane);
        barriers.remove(lane);
        return true;
    }

    OptionalInt leader(UUID lane) {
        Standing standing = standings.get(lane);
        return standing == null || standing.leader == NONE ? OptionalInt.empty() : OptionalInt.of(standing.leader);
    }

    Leadership.Led led(UUID lane) {
        Standing standing = standings.get(lane);
        return standing == null ? Leadership.Led.NEVER : standing.led;
    }

    long cursor(UUID lane, int instance) {
        Standing standing = standings.get(lane);
        return standing == null ? NONE : standing.cursors[instance];
    }

    /** A group just made stands at the barriers that were raised without it. */
    void restoreBarriers(UUID lane, RecordLanes group) {
        long[] lsns = barriers.remove(lane);
        for (int i = 0; lsns != null && i < lsns.length; i++) {
            group.restoreBarrier(i, lsns[i]);
        }
    }

    /** Hands everything else over to a group just made. */
    void restore(UUID lane, LaneGroup<?> group) {
        Standing standing = standings.get(lane);
        if (standing == null) {
            return;
        }
        handing.put(lane, standing.oldestPending());
        standings.remove(lane);
        for (Instance instance : instances) {
            int index = instance.index();
            if (standing.cursors[index] != NONE) {
                group.restoreCursor(index, standing.cursors[index]);
            }
            Backlog.Tail tail = standing.tails[index];
            if (tail != null) {
                group.intake().restore(index, tail);
            }
        }
    }

    /** The group that lane was handed over to is known to everybody. */
    void handedOver(UUID lane) {
        handing.remove(lane);
    }

    /** Takes over from a group at rest that is let go. On the group's loop. */
    void keep(LaneGroup<?> group) {
        Standing standing = new Standing(instances.size());
        for (Lane lane : group.lanes()) {
            if (lane.barrier() != Long.MAX_VALUE) {
                barrier(group.id(), lane.index(), lane.barrier());
            }
            standing.cursors[lane.index()] = lane.cursor.durable();
            standing.tails[lane.index()] = group.intake().tail(lane).orElse(null);
        }
        standing.leader = group.gate().leader();
        standing.led = group.leadership().led();
        standings.put(group.id(), standing);
    }

    /** Nothing in the log is for that instance any more. */
    void letGo(Instance instance) {
        for (Standing standing : standings.values()) {
            Backlog.Tail tail = standing.tails[instance.index()];
            if (tail != null) {
                standing.tails[instance.index()] = null;
                instance.pending().add(-tail.records(), -tail.bytes());
            }
        }
    }

    /** The lanes of that instance that have something in the log before them. */
    List<UUID> behind(Instance instance) {
        List<UUID> behind = new ArrayList<>();
        standings.forEach((lane, standing) -> {
            if (standing.tails[instance.index()] != null) {
                behind.add(lane);
            }
        });
        return behind;
    }

    /** Shows what waits in the lanes here. */
    void survey(Survey.Look look) {
        for (Standing standing : standings.values()) {
            for (int i = 0; i < standing.tails.length; i++) {
                Backlog.Tail tail = standing.tails[i];
                if (tail != null) {
                    look.waits(i, tail.oldest());
                }
            }
        }
    }

    /** The oldest LSN some lane here may have still to apply, or {@code Long.MAX_VALUE}. */
    long oldestPending() {
        long oldest = Long.MAX_VALUE;
        for (Standing standing : standings.values()) {
            oldest = Math.min(oldest, standing.oldestPending());
        }
        for (long handed : handing.values()) {
            oldest = Math.min(oldest, handed);
        }
        return oldest;
    }
}
