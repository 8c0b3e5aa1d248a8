package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was in doubt on an instance when it went away. On its return the lane applies it again; then, before it is read or
 * leads, those records are read back and compared with the leader's, at a moment when nothing is under way on either
 * side. Costs nothing where nothing was in doubt. Confined to the group's loop.
 */
final class Returns {
    private static final Logger LOG = LoggerFactory.getLogger(Returns.class);
    /** So long a leader that is gone is waited for, to compare others with it: a read waits longer. */
    private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(3);

    /**
     * So long one that is up, and has all that others may lack, is waited for while its writes fail: a request that is never answered
     * is reset within that time.
     */
    private static final long AWAITED_NANOS = TimeUnit.SECONDS.toNanos(150);

    private static final long LOOK_MS = 10;
    /** Longest time that writes wait for a comparison; then it is tried again. */
    private static final long HOLD_MS = 3_000;

    private final Lanes group;
    private final LaneSemantics semantics;
    private final CollectionEntry entry;
    private final Places places;
    private final Predicate<Lane> whole;
    private final BiConsumer<Lane, String> takeOut;
    private final List<Suspects> suspects = new ArrayList<>();
    private final List<RecentWrites> recent = new ArrayList<>();
    private final List<Comparisons> comparisons = new ArrayList<>();
    private @Nullable Lane comparing;
    /** By lane: since when it is held back for one whose writes fail, by the clock, and where the leader stood then; -1 for never. */
    private final long[] heldBackSince;

    private final long[] heldBackAt;

    /**
     * @param whole whether an instance holds, or will hold, the whole collection, as far as is known
     * @param takeOut takes a lane out that holds something else than the leader, for that reason
     */
    Returns(
            Lanes group,
            LaneSemantics semantics,
            CollectionEntry entry,
            Places places,
            Predicate<Lane> whole,
            BiConsumer<Lane, String> takeOut) {
        this.group = group;
        this.semantics = semantics;
        this.entry = entry;
        this.places = places;
        this.whole = whole;
        this.takeOut = takeOut;
        this.heldBackSince = new long[group.lanes().size()];
        this.heldBackAt = new long[group.lanes().size()];
        Arrays.fill(heldBackAt, -1);
        group.lanes().forEach(lane -> {
            suspects.add(new Suspects());
            recent.add(new RecentWrites());
            comparisons.add(new Comparisons(group.io()));
        });
    }

    /** The instance applied it. */
    void applied(Lane lane, Write write) {
        Instance instance = lane.instance;
        instance.appliedWrite();
        Footprint own = write.footprint();
        recent.get(lane.index())
                .add(instance.witnessing(), own == null ? semantics.footprint(write) : own, instance.witnessed());
    }

    private boolean quiet(Lane lane) {
        return recent.get(lane.index()).none(lane.instance.witnessed());
    }

    /**
     * The instance is gone: what was sent there without an answer is in doubt, and so is what it answered in the last
     * seconds, as it may come back without them.
     */
    void gone(Lane lane) {
        recent.get(lane.index()).missing(lane.instance.witnessed(), touched -> lost(lane, touched));
        if (lane.underWay()) {
            cutOff(lane);
        }
    }

    /** What was sent there without an answer is in doubt. */
    void cutOff(Lane lane) {
        // Merged with others, the head was not sent alone.
        lane.queue.stream().takeWhile(lane::mayHave).forEach(write -> suspect(lane, write));
    }

    /** The leader refused a record, or all gave it up, that may have been sent elsewhere before. */
    void refused(Write write) {
        for (Lane lane : group.lanes()) {
            if (!group.leads(lane) && lane.mayHave(write)) {
                suspect(lane, write);
            }
        }
    }

    /** That instance may hold something else than the leader of what the record names: to be compared. */
    void suspect(Lane lane, Write write) {
        if (!lane.detached() && !lane.held()) {
            // Which records it names, whatever it commutes with.
            Footprint all = semantics.footprint(write);
            Footprint own = write.footprint();
            suspect(lane, own == null ? all : own);
        }
    }

    private void suspect(Lane lane, Footprint touched) {
        if (!lane.detached() && !lane.held()) {
            suspects.get(lane.index()).add(touched);
            doubt(lane);
        }
    }

    private void lost(Lane lane, Footprint touched) {
        if (!lane.detached() && !lane.held()) {
            suspects.get(lane.index()).addLost(touched);
            doubt(lane);
        }
    }

    private void doubt(Lane lane) {
        boolean any = !suspects.get(lane.index()).none();
        group.gate().doubted(lane.index(), any);
    }

    /** Whether records of that lane are still to be compared, though another lane has them that can lead, or will before long. */
    boolean mayNotLead(Lane lane) {
        return suspect(lane) && anyHasAll(lane);
    }

    /** Whether another lane has everything, and can lead; or is only waited for. */
    private boolean anyHasAll(Lane lane) {
        return group.lanes().stream().anyMatch(other -> hasAll(lane, other) && other.takesWrites())
                || (group.lanes().stream()
                                .anyMatch(other -> hasAll(lane, other)
                                        && other.instance.writes().down())
                        && heldBackFor(lane) < AWAITED_NANOS);
    }

    private boolean hasAll(Lane lane, Lane other) {
        return other != lane && better(other, lane) && whole.test(other) && other.instance.preferable();
    }

    /**
     * Whether less is in doubt on the candidate than on the present one: one that may have lost what it had answered comes last; one whose answer is
     * outstanding has that record still before it, and will have all.
     */
    private boolean better(Lane candidate, Lane present) {
        return doubts(candidate) < doubts(present);
    }

    private int doubts(Lane lane) {
        Suspects own = suspects.get(lane.index());
        if (own.none()) {
            return 0;
        }
        return own.mayLack() ? 2 : 1;
    }

    /** How long nothing has been decided while that lane might have led, or how long it leads in doubt, by the clock. */
    private long heldBackFor(Lane lane) {
        long now = group.io().nanoTime();
        long position = leader().cursor.applied();
        boolean goesOn = heldBackAt[lane.index()] != -1 && leader() == lane;
        if (heldBackAt[lane.index()] != position && !goesOn) {
            heldBackAt[lane.index()] = position;
            heldBackSince[lane.index()] = now;
        }
        return now - heldBackSince[lane.index()];
    }

    private boolean suspect(Lane lane) {
        return !suspects.get(lane.index()).none();
    }

    /** Whether nothing is compared, nor waits to be. */
    boolean settled() {
        return comparing == null && suspects.stream().allMatch(Suspects::none);
    }

    boolean none() {
        return settled() && group.lanes().stream().allMatch(this::quiet);
    }

    /** Called about once a second, and when an instance changes: compares a lane that can be compared now. */
    void look() {
        if (comparing != null) {
            return;
        }
        Lane leader = leader();
        if (isLost(leader) && group.lanes().stream().anyMatch(lane -> lane != leader && suspect(lane))) {
            // Nobody may write, and so have another lead: those who read would wait until it is home for half a minute.
            group.elect();
            return;
        }
        if (suspect(leader) && !handOver(leader) && leader.instance.usable() && !anyHasAll(leader)) {
            handOn(leader);
        }
        group.lanes().stream()
                .filter(lane -> lane != leader && suspect(lane) && comparable(leader, lane))
                .filter(lane -> comparisons.get(lane.index()).due())
                .findFirst()
                .ifPresent(lane -> {
                    comparing = lane;
                    group.services()
                            .catchUp()
                            .await(
                                    lane.instance,
                                    entry.path().tenant(),
                                    () -> group.io().execute(() -> guarded(leader, lane, () -> begin(leader, lane))));
                });
    }

    /** Whether it has been away for so long that whoever is left is not compared with it. */
    private boolean isLost(Lane leader) {
        return !leader.instance.usable() && group.io().nanoTime() - leader.instance.upSinceNanos() > LOST_NANOS;
    }

    private Lane leader() {
        return group.leader();
    }

    /**
     * Whether one leads from now on that has all that is in doubt on the leader, or has still to apply it: that is read while
     * the leader is away, and the leader is compared with it.
     */
    private boolean handOver(Lane leader) {
        return group.elect(
                lane -> better(lane, leader), "what was last applied on " + leader + " may not be there any more");
    }

    /** It is back, and nobody is there to compare it with: its version stands, and the others are compared with it. */
    private void handOn(Lane leader) {
        Suspects own = suspects.get(leader.index());
        Footprint all = own.all();
        own.clear();
        doubt(leader);
        for (Lane lane : group.lanes()) {
            if (lane != leader && !lane.detached() && !lane.held()) {
                suspects.get(lane.index()).add(all);
                doubt(lane);
            }
        }
    }

    private boolean comparable(Lane leader, Lane lane) {
        if (lane.detached() || entry.deletedLsn() != 0) {
            compared(lane);
            return false;
        }
        boolean ready = entry.place(lane.instance)
                .filter(place -> place.state() == PlaceState.READY)
                .isPresent();
        return ready
                && leads(leader)
                && lane.instance.usable()
                && lane.nearlyCaughtUp(leader)
                && !lane.held()
                && !eitherInDoubt(leader, lane);
    }

    /** One of them may hold a record already that the other will have only later; nothing can be told from that. */
    private static boolean eitherInDoubt(Lane leader, Lane lane) {
        return leader.inDoubt() || lane.inDoubt();
    }

    private boolean leads(Lane leader) {
        return leader() == leader && leader.instance.usable() && !group.leadershipPaused();
    }

    private void begin(Lane leader, Lane lane) {
        Comparisons own = comparisons.get(lane.index());
        if (own.endsServer()) {
            takeOut.accept(
                    lane,
                    "a server ended, or was lost, whenever what was in doubt was compared: it is not tried again");
            end(leader, lane);
        } else if (own.suspect()) {
            group.services().work().suspects().on(lane.instance).await(group.io(), turn -> {
                own.alone(turn);
                guarded(leader, lane, () -> beginNow(leader, lane));
            });
        } else {
            beginNow(leader, lane);
        }
    }

    private void beginNow(Lane leader, Lane lane) {
        if (!comparable(leader, lane)) {
            end(leader, lane);
        } else if (still(leader, lane)) {
            compare(leader, lane);
        } else {
            leader.standStill(true);
            await(leader, lane, group.io().nanoTime() + TimeUnit.MILLISECONDS.toNanos(HOLD_MS));
        }
    }

    private static boolean still(Lane leader, Lane lane) {
        return !leader.isOccupied()
                && !lane.isOccupied()
                && lane.caughtUp(leader)
                && lane.cursor.applied() == leader.cursor.applied()
                && !eitherInDoubt(leader, lane);
    }

    /** Writes wait for a moment, until leader and follower stand at the same record. */
    private void await(Lane leader, Lane lane, long deadline) {
        if (!leads(leader)
                || !lane.instance.usable()
                || eitherInDoubt(leader, lane)
                || group.io().nanoTime() > deadline) {
            end(leader, lane);
        } else if (still(leader, lane)) {
            compare(leader, lane);
        } else {
            group.io()
                    .schedule(
                            () -> guarded(leader, lane, () -> await(leader, lane, deadline)),
                            LOOK_MS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private void compare(Lane leader, Lane lane) {
        leader.standStill(true);
        lane.standStill(true);
        Comparisons own = comparisons.get(lane.index());
        own.begin(leader, lane);
        Footprint touched = suspects.get(lane.index()).all();
        CompletableFuture<ReadBack.Found> comparison = group.services()
                .doubt()
                .readBack()
                .compare(entry.publicId(), leader.instance, List.of(lane.instance), touched);
        group.io()
                .within(comparison, HOLD_MS, TimeUnit.MILLISECONDS)
                .whenComplete((found, error) -> group.io()
                        .execute(() -> guarded(leader, lane, () -> {
                            if (found == null || !leads(leader) || !lane.instance.usable()) {
                                LOG.info(
                                        "{}: what was in doubt on {} cannot be compared now: {}",
                                        entry,
                                        lane,
                                        String.valueOf(error));
                                failed(lane, own, error instanceof TimeoutException);
                            } else {
                                conclude(lane, touched, found);
                            }
                            end(leader, lane);
                        })));
    }

    /** A step that throws ends the comparison, which is tried again later: neither lane stands still, nor is a turn kept. */
    private void guarded(Lane leader, Lane lane, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.error("{}: comparing what was in doubt on {} failed in the proxy", entry, lane, e);
            if (comparing == lane) {
                failed(lane, false);
                end(leader, lane);
            }
        }
    }

    private void failed(Lane lane, boolean tooLate) {
        Comparisons own = comparisons.get(lane.index());
        own.failed(tooLate);
        // A server that ends later has another reason.
        group.io().schedule(own::look, Comparisons.KNOWN_NANOS, TimeUnit.NANOSECONDS);
    }

    /** Tried again later, or at last with time: then writes go on meanwhile, and reads go elsewhere. */
    private void failed(Lane lane, Comparisons own, boolean tooLate) {
        failed(lane, tooLate);
        Place now = entry.place(lane.instance).orElse(null);
        if (own.tooLong() && now != null && now.state() == PlaceState.READY) {
            later(lane, now, "what was in doubt is too much to be compared while writes wait; to be compared");
        }
    }

    /** It stays in doubt until that is durable: nobody reads it in between. */
    private void later(Lane lane, Place now, String why) {
        Place place = new Place(now.instanceId(), PlaceState.UNVERIFIED, why);
        places.store(Map.of(lane.instance, place), List.of(), () -> compared(lane));
    }

    /** Nothing is suspect there any more, or it is somebody else's to find out. */
    private void compared(Lane lane) {
        suspects.get(lane.index()).clear();
        comparisons.get(lane.index()).clear();
        heldBackAt[lane.index()] = -1;
        doubt(lane);
    }

    private void conclude(Lane lane, Footprint touched, ReadBack.Found found) {
        String example = found.differing().get(lane.instance);
        boolean unread = found.unread().contains(lane.instance);
        Place now = entry.place(lane.instance).orElse(null);
        if (now == null) {
            return;
        }
        if (unread && touched instanceof Footprint.Ids) {
            failed(lane, false);
            return;
        }
        if (example != null) {
            // It stays in doubt until that is durable and its lane has left.
            takeOut.accept(
                    lane, "what was in doubt when it went away is other than on the leader, such as [" + example + "]");
        } else if (unread) {
            later(lane, now, "came back in doubt; to be compared");
        } else {
            LOG.info("{}: what was in doubt on {} is as on the leader", entry, lane);
            compared(lane);
        }
    }

    private void end(Lane leader, Lane lane) {
        comparing = null;
        comparisons.get(lane.index()).end();
        leader.standStill(false);
        lane.standStill(false);
        group.services().catchUp().done(lane.instance);
        group.pumpAll();
    }
}
