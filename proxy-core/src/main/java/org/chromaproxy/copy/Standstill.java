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
import org.chromaproxy.lane.registry.CopyLanes;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/** Brings two lanes of one collection to rest at the same LSN, for a short while: writes wait, reads go on. */
final class Standstill {
    private static final long STEP_MS = 30_000;
    /** How long writes wait for a follower that is not quite there; then it gets more time without stopping them. */
    private static final long FREEZE_MS = 3_000;

    private static final long QUIET_MS = 120_000;
    private static final long REPLAY_MS = 30_000;
    private static final int TRIES = 20;

    private final CollectionEntry entry;
    private final Instance target;
    private final PlaceState during;
    private final CopyLanes lanes;

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

    /**
     * Waits until the target has caught up, stops both lanes and does the work.
     *
     * @param work gets the LSN; says whether the target follows from now on. Otherwise its lane stays held
     * @return what the work said
     */
    boolean whileStill(LongPredicate work) {
        for (int i = 0; i < TRIES; i++) {
            Waiting.until(() -> gone() || step(lanes.replayed(target)), REPLAY_MS);
            check();
            int leader = step(lanes.freeze());
            try {
                OptionalLong at = frozen(leader);
                if (at.isPresent()) {
                    return work.test(at.getAsLong());
                }
            } finally {
                step(lanes.thaw(leader));
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

    /** @throws StepException if there is nothing left to be done here, or not now */
    void check() {
        if (gone()) {
            throw new StepException(entry + " cannot be worked on at " + target + " any more for now");
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
