package org.chromaproxy.copy;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.blocking.Waiting;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.CopyLanes;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings two lanes of one collection to rest at the same LSN, for a short while: writes wait, reads go on. */
final class Standstill {
    private static final Logger LOG = LoggerFactory.getLogger(Standstill.class);
    private static final long STEP_MS = 30_000;
    /** How long writes wait for a follower that is not quite there; then it gets more time without stopping them. */
    private static final long FREEZE_MS = 3_000;

    private static final long QUIET_MS = 120_000;
    private static final long REPLAY_MS = 30_000;
    private static final int TRIES = 20;
    /** How long writes wait for one request of a copy; then they go on, and it gets another round. */
    private static final long LEASE_MS = 5_000;
    /** The same in the last round: as long as a write waits for a server that does not answer. */
    private static final long LAST_LEASE_MS = 30_000;

    /** Writes have not waited. */
    private static final class OverException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OverException() {
            super("writes have not waited", null, false, false);
        }
    }

    private final CollectionEntry entry;
    private final Instance target;
    private final PlaceState during;
    private final CopyLanes lanes;
    private boolean working;

    /** @param during the place's state for as long as this makes sense */
    Standstill(CollectionEntry entry, Instance target, PlaceState during, CopyLanes lanes) {
        this.entry = entry;
        this.target = target;
        this.during = during;
        this.lanes = lanes;
    }

    /**
     * Holds the lane of a target that has no place yet, as {@link #hold}.
     *
     * @return the LSN up to which nothing waits there: all that is decided, and on the leader
     */
    long holdNew() {
        long tail = step(lanes.hold(target));
        BooleanSupplier over = () -> entry.deletedLsn() != 0 || !target.usable();
        if (!Waiting.until(() -> over.getAsBoolean() || step(lanes.quiet(target, tail)), QUIET_MS)
                || over.getAsBoolean()) {
            throw new StepException(entry + ": its leader does not get as far as " + tail);
        }
        return tail;
    }

    /** Holds the target's lane; returns once the leader has all that does not come to wait there. */
    void hold() {
        long tail = step(lanes.hold(target));
        if (!Waiting.until(() -> gone() || step(lanes.quiet(target, tail)), QUIET_MS)) {
            throw new StepException(entry + ": its leader does not get as far as " + tail);
        }
        check();
    }

    void startReplay() {
        step(lanes.startReplay(target));
    }

    /** In any case behind {@link #startReplay}: until then the lanes are kept in memory. */
    void endReplay() {
        step(lanes.endReplay());
    }

    /**
     * Waits until the target has caught up, stops both lanes and does the work. While that waits too long for one request, between
     * two {@linkplain #check checks}, the leader's lane goes on; then the work ends at the next of them.
     *
     * @param work gets the LSN; says whether the target follows from now on. Otherwise its lane stays held
     * @param last whether there is no other round, for which writes wait longer
     * @return what the work said; false if the leader went on
     * @throws StepException also if it went on in the last round
     */
    boolean whileStill(LongPredicate work, boolean last) {
        for (int i = 0; i < TRIES; i++) {
            Waiting.until(() -> gone() || step(lanes.replayed(target)), REPLAY_MS);
            check();
            int leader = step(lanes.freeze(last ? LAST_LEASE_MS : LEASE_MS));
            try {
                OptionalLong at = frozen(leader);
                if (at.isPresent()) {
                    working = true;
                    return work.test(at.getAsLong());
                }
            } catch (OverException e) {
                if (last) {
                    throw new StepException(entry + ": what writes wait for takes too long on " + target);
                }
                LOG.info(
                        "{}: {} takes long for one request: writes go on, and are copied in another round",
                        entry,
                        target);
                return false;
            } finally {
                working = false;
                step(lanes.thawLeader());
            }
        }
        throw new StepException(entry + ": " + target + " does not catch up");
    }

    private OptionalLong frozen(int leader) {
        AtomicLong at = new AtomicLong(-1);
        Waiting.until(
                () -> {
                    step(lanes.frozen(leader, target)).ifPresent(at::set);
                    return at.get() >= 0 || gone();
                },
                FREEZE_MS);
        check();
        return at.get() < 0 ? OptionalLong.empty() : OptionalLong.of(at.get());
    }

    CopyLanes lanes() {
        return lanes;
    }

    /**
     * To be called before each request: writes wait for one only.
     *
     * @throws StepException if there is nothing left to be done here, or not now
     */
    void check() {
        if (gone()) {
            throw new StepException(entry + " cannot be worked on at " + target + " any more for now");
        }
        if (working && !step(lanes.renew())) {
            throw new OverException();
        }
    }

    /** All requests of the work are done, and nothing was written meanwhile: until it ends nothing is. */
    void keep() {
        if (!step(lanes.keep())) {
            throw new OverException();
        }
    }

    private boolean gone() {
        boolean wanted =
                entry.place(target).filter(place -> place.state() == during).isPresent();
        return entry.deletedLsn() != 0 || !target.usable() || !wanted;
    }

    <T> T step(CompletableFuture<T> future) {
        return await(future, entry);
    }

    static <T> T await(CompletableFuture<T> future, CollectionEntry entry) {
        return Waiting.forResult(future, STEP_MS, entry.toString());
    }
}
