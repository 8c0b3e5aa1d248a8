package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a record that no instance could apply. A fault can follow a durable write, so what it touches is read back
 * first, once every lane stands at it. The leader's version stands: who holds another one has diverged, and who cannot be
 * asked is compared before it serves again. A record that an earlier process may have told as done goes back to who led then, and is
 * given up there. Confined to the group's loop.
 */
final class GivingUp {
    private static final Logger LOG = LoggerFactory.getLogger(GivingUp.class);
    /** Attempts at a record after which nobody waits any more for the leader to take another write to the collection. */
    private static final int MAX_UNSETTLED = 12;

    /** So often a server may be lost while the same record is given up; then nothing more is asked. */
    private static final int MOST_ENDINGS = 2;

    private static final LaneState GIVING_UP = new LaneState.Asking(
            "the record failed on every server, and what it touches is read back before it is given up");
    private static final long LOOK_MS = 50;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** So long one that may have executed what a client was told is waited for. */
    private static final long AWAITED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Lanes group;
    private final LaneSemantics semantics;
    private final CollectionEntry entry;
    private final Places places;
    private final Barrier barrier;
    /** The record that was last to be given up, and how often servers were lost since they were first asked for that. */
    private long asked;

    private long lossesWhenAsked;
    private int endings;
    private @Nullable HandedBack handedBack;
    /** The record that waits for who led before, and since when, by the clock. */
    private long awaited;

    private long awaitedSince;
    /** By instance, records that were given up before it had the collection: it was not asked what it holds. */
    private final Map<Instance, Set<Long>> unasked = new HashMap<>();

    /** A record that is to be given up by another leader, without its being sent there again. */
    private record HandedBack(Write write, Lane to, String why) {}

    GivingUp(Lanes group, LaneSemantics semantics, CollectionEntry entry, Places places, Barrier barrier) {
        this.group = group;
        this.semantics = semantics;
        this.entry = entry;
        this.places = places;
        this.barrier = barrier;
    }

    /** Whether the record came to this leader to be given up: then that begins. */
    boolean goesOn(Lane leader, Write write) {
        HandedBack back = handedBack;
        if (back == null || back.write != write || leader != back.to) {
            return false;
        }
        handedBack = null;
        begin(leader, write, back.why);
        return true;
    }

    void begin(Lane leader, Write write, String why) {
        leader.occupy(GIVING_UP);
        long losses = losses();
        if (asked != write.lsn()) {
            asked = write.lsn();
            endings = 0;
        } else if (losses != lossesWhenAsked) {
            endings++;
        }
        lossesWhenAsked = losses;
        standing(leader, write, why, group.io().nanoTime() + WAIT_NANOS);
    }

    private long losses() {
        return group.lanes().stream().mapToLong(lane -> lane.instance.losses()).sum();
    }

    /** Whether servers end on whatever is asked of the collection, too, and not on the record alone. */
    private boolean endsServers(Write write) {
        return endings >= MOST_ENDINGS && endsServer(write);
    }

    private boolean endsServer(Write write) {
        return group.lanes().stream().anyMatch(lane -> lane.endsServer(write));
    }

    /** Goes on once nothing else is under way that a server may not outlive, if this may be such a thing. */
    private void alone(Write write, Iterator<Lane> rest, List<Turns.Turn> turns, Consumer<List<Turns.Turn>> next) {
        if (!rest.hasNext() || !endsServer(write)) {
            next.accept(turns);
            return;
        }
        Turns suspects = group.services().work().suspects().on(rest.next().instance);
        suspects.await(group.io(), turn -> {
            turns.add(turn);
            alone(write, rest, turns, next);
        });
    }

    /** Waits, bounded, until the others have nothing before the record and nothing under way. */
    private void standing(Lane leader, Write write, String why, long deadline) {
        boolean moving = group.lanes().stream()
                .anyMatch(lane -> lane != leader && lane.takesWrites() && follows(lane) && !stands(lane, write));
        if (moving && group.io().nanoTime() < deadline) {
            group.io()
                    .schedule(
                            () -> group.guarded(leader, write, () -> standing(leader, write, why, deadline)),
                            LOOK_MS,
                            TimeUnit.MILLISECONDS);
            return;
        }
        if (group.overtaken(leader, write)) {
            return;
        }
        if (endsServers(write)) {
            unread(leader, write, why);
            return;
        }
        alone(write, group.lanes().iterator(), new ArrayList<>(), turns -> ask(leader, write, why, turns));
    }

    /** @param turns ended when nothing is asked any more */
    private void ask(Lane leader, Write write, String why, List<Turns.Turn> turns) {
        List<Lane> others = group.lanes().stream()
                .filter(lane -> lane != leader && lane.instance.usable() && follows(lane) && stands(lane, write))
                .toList();
        settle(leader, others)
                .thenCompose(settled -> {
                    if (!settled.contains(leader) && leader.attempts().faults() < MAX_UNSETTLED) {
                        return CompletableFuture.completedFuture(Looked.NOTHING);
                    }
                    List<Instance> compared = settled.stream()
                            .filter(lane -> lane != leader && stands(lane, write))
                            .map(lane -> lane.instance)
                            .toList();
                    return compare(leader, write, compared, settled.contains(leader));
                })
                .whenComplete((looked, error) -> group.io().execute(() -> {
                    turns.forEach(Turns.Turn::end);
                    group.guarded(leader, write, () -> readBack(leader, write, why, looked, error));
                }));
    }

    /** Nothing more is asked: the servers end on that as well. What the leader holds stands, and nobody is compared with it. */
    private void unread(Lane leader, Write write, String why) {
        Lane earlier = group.teller(write);
        if (mayHaveTold(earlier, leader, write)) {
            leader.free();
            if (handBack(earlier, write, why)) {
                return;
            }
            leader.occupy(GIVING_UP);
        }
        Map<Instance, Place> changed = new HashMap<>();
        for (Lane lane : group.lanes()) {
            Place now = entry.place(lane.instance).orElse(null);
            if (lane != leader && follows(lane) && now != null && now.state() == PlaceState.READY) {
                String reason = "servers ended on record " + write.lsn()
                        + ", and on every other write to the collection: what it holds cannot be told";
                changed.put(lane.instance, new Place(now.instanceId(), PlaceState.DIVERGED, reason));
            }
        }
        String text = "Every server that was sent this write ended on it (" + why
                + "), and on other writes to the collection, too. It was given up; no instance is sent it again. Whether it took"
                + " effect cannot be told; no longer read or written: " + changed.keySet() + ".";
        giveUp(leader, write, WriteResult.of(ProxyError.WRITE_FAILED, text), changed);
    }

    /**
     * Which of them have executed another write to the collection: only then shows whether one had its effect whose connection
     * was closed.
     */
    private CompletableFuture<List<Lane>> settle(Lane leader, List<Lane> others) {
        CompletableFuture<List<Lane>> all = CompletableFuture.completedFuture(List.of());
        List<Lane> lanes = new ArrayList<>(others);
        lanes.addFirst(leader);
        for (Lane lane : lanes) {
            all = all.thenCombine(barrier.pass(lane), (before, passed) -> {
                List<Lane> settled = new ArrayList<>(before);
                if (passed) {
                    settled.add(lane);
                }
                return settled;
            });
        }
        return all;
    }

    private CompletableFuture<Looked> compare(Lane leader, Write write, List<Instance> others, boolean settled) {
        // Whether it commutes is not the question here: only what it names is.
        Footprint touched = Objects.requireNonNullElse(write.footprint(), semantics.footprint(write));
        return group.services()
                .doubt()
                .readBack()
                .compare(entry.publicId(), leader.instance, others, touched)
                .thenApply(found -> new Looked(others, found, settled));
    }

    /**
     * @param others who was compared with the leader
     * @param found null if the leader took no other write, so that nothing can be told
     * @param settled whether it took one: what was not found on it will not show later
     */
    private record Looked(List<Instance> others, ReadBack.@Nullable Found found, boolean settled) {
        static final Looked NOTHING = new Looked(List.of(), null, false);

        /** Whether that instance was compared, and holds what the leader holds. */
        boolean equal(Instance instance) {
            return found != null
                    && others.contains(instance)
                    && !found.unread().contains(instance)
                    && !found.differing().containsKey(instance);
        }
    }

    private boolean follows(Lane lane) {
        return !lane.detached() && !lane.held() && entry.place(lane.instance).isPresent();
    }

    private static boolean stands(Lane lane, Write write) {
        return lane.head() == write && !lane.isOccupied();
    }

    private void readBack(Lane leader, Write write, String why, @Nullable Looked looked, @Nullable Throwable error) {
        if (group.overtaken(leader, write)) {
            return;
        }
        ReadBack.Found found = looked == null ? null : looked.found;
        if (looked == null || found == null) {
            leader.free();
            group.pause(
                    leader,
                    error == null
                            ? "what it holds cannot be told, as it takes no other write to the collection"
                            : "what it holds cannot be read: " + error);
            return;
        }
        if (handsBack(leader, write, why, looked)) {
            return;
        }
        Map<Instance, Place> changed = new HashMap<>();
        for (Lane lane : group.lanes()) {
            if (lane != leader && follows(lane)) {
                verdict(lane, write, looked.others.contains(lane.instance), found)
                        .ifPresent(place -> changed.put(lane.instance, place));
            }
        }
        boolean inserts = write.kind() == OpKind.ADD || write.kind() == OpKind.UPSERT;
        if (looked.settled && changed.isEmpty() && found.absent() && inserts && failedAlike(write)) {
            LOG.warn("{}: record {} failed alike everywhere, and changed nothing: {}", entry, write.lsn(), why);
            leader.free();
            group.conclude(
                    leader,
                    write,
                    TransactionState.FAILED,
                    WriteResult.of(Objects.requireNonNull(leader.attempts().answer())));
            return;
        }
        giveUp(leader, write, WriteResult.of(ProxyError.WRITE_FAILED, words(why, found, changed)), changed);
    }

    /**
     * Lets whoever led in an earlier process lead again, unless it holds for certain what this leader holds: a client may have been told
     * that the record is done, and then that one executed it. Where it cannot lead now, it is waited for, bounded.
     */
    private boolean handsBack(Lane leader, Write write, String why, Looked looked) {
        Lane earlier = group.teller(write);
        if (!mayHaveTold(earlier, leader, write) || looked.equal(earlier.instance)) {
            return false;
        }
        leader.free();
        if (!handBack(earlier, write, why)) {
            group.pause(
                    leader, earlier + ", which led in an earlier process, may have executed it, and cannot lead now");
        }
        return true;
    }

    private boolean mayHaveTold(Lane earlier, Lane leader, Write write) {
        if (!write.recovered() || earlier == leader || !follows(earlier)) {
            return false;
        }
        long now = group.io().nanoTime();
        if (awaited != write.lsn()) {
            awaited = write.lsn();
            awaitedSince = now;
        }
        return now - awaitedSince < AWAITED_NANOS;
    }

    private boolean handBack(Lane earlier, Write write, String why) {
        String reason =
                "record " + write.lsn() + " may have been told as done by an earlier process, when " + earlier + " led";
        boolean stands = stands(earlier, write);
        if (stands && group.elect(lane -> lane == earlier, reason)) {
            handedBack = new HandedBack(write, earlier, why);
            return true;
        }
        return false;
    }

    private void giveUp(Lane leader, Write write, WriteResult result, Map<Instance, Place> changed) {
        LOG.error("{}: record {} is given up: {} Places that changed: {}", entry, write.lsn(), result.text(), changed);
        write.deadLetter();
        for (Lane lane : group.lanes()) {
            if (!lane.detached() && !follows(lane)) {
                unasked.computeIfAbsent(lane.instance, _ -> new HashSet<>()).add(write.lsn());
            }
        }
        Change.Outcome outcome = new Change.Outcome(
                write.lsn(), TransactionState.ABANDONED, result.status(), result.text(), result.body());
        if (changed.isEmpty()) {
            leader.free();
            group.conclude(leader, write, TransactionState.ABANDONED, result);
        } else {
            places.store(changed, List.of(outcome), () -> {
                changed.forEach((instance, place) -> detach(group.lane(instance.index()), place));
                group.concluded(leader, write, result);
            });
        }
    }

    /**
     * Makes durable that the instance, which passes a record that was given up without it, or whose version of it stands no longer, is to
     * be compared: after a crash nobody would know. Ahead of the cursor of who passes it.
     */
    void passes(Lane lane, Write write) {
        Set<Long> records = unasked.getOrDefault(lane.instance, Set.of());
        boolean first = records.contains(write.lsn()) && records.remove(write.lsn());
        Place now = entry.place(lane.instance).orElse(null);
        if ((first || (write.recovered() && write.givenUpBefore())) && now != null && now.state() == PlaceState.READY) {
            String reason = "record " + write.lsn() + " was given up without it, or before another led; to be compared";
            Place place = new Place(now.instanceId(), PlaceState.UNVERIFIED, reason);
            places.store(Map.of(lane.instance, place), List.of(), () -> {});
        }
    }

    /** Whether a record that was given up without the instance is still before it: another holds what stands. */
    boolean unasked(Lane lane) {
        return unasked.getOrDefault(lane.instance, Set.of()).stream().anyMatch(lsn -> lsn > lane.cursor.applied());
    }

    /** Whether every instance that could take it said in Chroma's words that it failed: the client is told just that. */
    private boolean failedAlike(Write write) {
        return group.lanes().stream()
                .filter(lane -> lane.takesWrites() && follows(lane))
                .allMatch(lane -> lane.head() == write
                        && lane.attempts().answer() != null
                        && Verdict.ownFailure(lane.attempts().answer()));
    }

    /** What becomes of another instance's place; empty if it holds what the leader holds. */
    private Optional<Place> verdict(Lane lane, Write write, boolean asked, ReadBack.Found found) {
        Place now = entry.place(lane.instance).orElseThrow();
        String example = found.differing().get(lane.instance);
        if (example != null) {
            String reason =
                    "record " + write.lsn() + " failed everywhere, and left [" + example + "] other than on the leader";
            return Optional.of(new Place(now.instanceId(), PlaceState.DIVERGED, reason));
        }
        boolean equal = asked && !found.unread().contains(lane.instance);
        boolean sent = write.recovered() || lane.mayHave(write);
        boolean untouched = found.absent() && write.kind() != OpKind.DELETE && !sent;
        if (equal || untouched || now.state() != PlaceState.READY) {
            return Optional.empty();
        }
        String reason = "record " + write.lsn() + " was given up without it; to be compared";
        return Optional.of(new Place(now.instanceId(), PlaceState.UNVERIFIED, reason));
    }

    private void detach(Lane lane, Place place) {
        if (place.state() == PlaceState.DIVERGED) {
            group.services().stats().countDiverged();
            LOG.error("{} has diverged on {}: {}. Repair it by copy.", entry, lane, place.reason());
            group.detach(lane);
        }
    }

    private static String words(String why, ReadBack.Found found, Map<Instance, Place> changed) {
        List<String> words = new ArrayList<>();
        words.add("Every instance that could take this write failed it (" + why
                + "), though it took others. It was given up; no instance is sent it again.");
        if (found.absent()) {
            words.add("Read back: none of the records it names is there.");
        } else if (found.differing().isEmpty()) {
            words.add(
                    "Read back: the instances hold alike what it names. Whether it took effect before it failed, a read"
                            + " tells.");
        } else {
            words.add("Read back: it took effect on some instances only. The leader's records stand; what differs is no"
                    + " longer read: " + changed.keySet());
        }
        return String.join(" ", words);
    }
}
