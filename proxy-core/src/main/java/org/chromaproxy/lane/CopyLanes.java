package org.chromaproxy.lane;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.chromaproxy.instance.Instance;
import org.jspecify.annotations.Nullable;

/**
 * One collection's lanes as a copy or a comparison drives them. Any thread; each step runs on the lanes' own loop, in the
 * order of the calls.
 */
public final class CopyLanes {
    private final Supplier<Optional<RecordLanes>> current;
    /** The lanes as they were last seen; they may have been let go since. On the loop, but for its loop, which is always the same. */
    private volatile RecordLanes group;
    /** What stops the leader's lane, or did last. On the loop. */
    private @Nullable LeaderStop stop;

    /** @param current makes the lanes anew if they were let go; empty if there is no such collection any more */
    CopyLanes(RecordLanes group, Supplier<Optional<RecordLanes>> current) {
        this.group = group;
        this.current = current;
    }

    /**
     * Stops that lane: what is logged from now on waits in it.
     *
     * @return the LSN the leader has to pass before it holds everything that did not come to wait here
     */
    public CompletableFuture<Long> hold(Instance target) {
        return call(() -> {
            group.hold(target.index());
            return group.tail(leader());
        });
    }

    /** Whether the leader has applied everything up to there, and the held lane has nothing under way. */
    public CompletableFuture<Boolean> quiet(Instance target, long lsn) {
        return call(() -> group.group().lane(leader()).cursor.applied() >= lsn
                && !group.group().lane(target.index()).isOccupied());
    }

    /** Lets that lane go on, and notes from now on which ids it touches. */
    public CompletableFuture<Void> startReplay(Instance target) {
        return run(() -> group.startReplay(target.index()));
    }

    /** Whether that lane has applied everything that is decided. */
    public CompletableFuture<Boolean> replayed(Instance target) {
        return call(() -> group.replayed(target.index()));
    }

    /**
     * Stops the leader's lane; reads go on. To be followed by {@link #frozen}, and in any case by {@link #thawLeader}. By itself it
     * goes on when neither that nor {@link #renew} comes in time: a client's write waits for no single request of a copy.
     */
    public CompletableFuture<Integer> freeze(long leaseMs) {
        return call(() -> {
            LeaderStop begun = new LeaderStop(group, leader(), leaseMs);
            stop = begun;
            return begun.leader();
        });
    }

    /** Begins the leader's lease anew; false if that lane has gone on. */
    public CompletableFuture<Boolean> renew() {
        return call(() -> stop != null && stop.renew());
    }

    /** Stops the leader until {@link #thawLeader}, however long; false if it has gone on. */
    public CompletableFuture<Boolean> keep() {
        return call(() -> stop != null && stop.keep());
    }

    /** Lets the leader that was stopped go on, if it did not yet. */
    public CompletableFuture<Void> thawLeader() {
        return run(() -> {
            if (stop != null) {
                stop.end();
            }
        });
    }

    /**
     * Looks whether leader and target stand still at the same LSN, and if so stops the target too.
     *
     * @return that LSN; empty while one of them has still something to do
     * @throws IllegalStateException in the future, when leadership has moved since {@link #freeze}
     */
    public CompletableFuture<OptionalLong> frozen(int leader, Instance target) {
        return call(() -> {
            if (leader != leader()) {
                throw new IllegalStateException("leadership has moved");
            }
            if (!group.replayed(leader) || !group.replayed(target.index()) || stop == null || !stop.renew()) {
                return OptionalLong.empty();
            }
            group.group().lane(target.index()).hold(true);
            return OptionalLong.of(group.group().lane(leader).cursor.applied());
        });
    }

    /** The ids touched since {@link #startReplay}, ending the notes; empty if there were too many. */
    public CompletableFuture<Optional<Set<String>>> touched() {
        return call(() -> group.replay().take());
    }

    /** Nobody asks any more which ids were touched. */
    public CompletableFuture<Void> endReplay() {
        return run(() -> group.replay().end());
    }

    /** Lets a stopped lane go on. */
    public CompletableFuture<Void> thaw(int instance) {
        return run(() -> {
            group.replay().end();
            group.unhold(instance);
        });
    }

    /** The copy is whole and durable: that instance holds everything up to {@code lsn}, and follows again. */
    public CompletableFuture<Void> join(Instance target, long lsn) {
        return run(() -> {
            group.replay().end();
            group.group().joinCursor(target.index(), lsn);
            group.unhold(target.index());
        });
    }

    /** That instance no longer follows this collection. */
    public CompletableFuture<Void> detach(Instance target) {
        return run(() -> {
            Lane lane = group.group().lane(target.index());
            group.replay().end();
            lane.hold(false);
            group.group().detach(lane);
            group.group().pumpAll();
        });
    }

    private int leader() {
        return group.group().gate().leader();
    }

    private CompletableFuture<Void> run(Runnable step) {
        return call(() -> {
            step.run();
            return null;
        });
    }

    private <T extends @Nullable Object> CompletableFuture<T> call(Supplier<T> step) {
        return CompletableFuture.supplyAsync(
                () -> {
                    if (group.retired()) {
                        group = current.get()
                                .orElseThrow(() -> new IllegalStateException("the collection is not there any more"));
                    }
                    return step.get();
                },
                group.io());
    }
}
