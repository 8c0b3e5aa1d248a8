package org.chromaproxy.downstream;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every connection once a second: one task per event loop, not one per connection. Thread-safe; what is watched is
 * looked at on its own loop.
 */
final class Watchdog {
    /** Something to be looked at once a second, on its event loop. */
    @FunctionalInterface
    interface Watched {
        void look();
    }

    private final ConcurrentMap<EventExecutor, Round> rounds = new ConcurrentHashMap<>();

    /** On {@code loop}: from now on it is looked at. */
    void add(EventExecutor loop, Watched watched) {
        Round round = rounds.computeIfAbsent(loop, _ -> new Round());
        round.watched.add(watched);
        if (round.task == null) {
            round.task = loop.scheduleWithFixedDelay(round::go, 1, 1, TimeUnit.SECONDS);
        }
    }

    /** On {@code loop}: from now on it is not. */
    void remove(EventExecutor loop, Watched watched) {
        Round round = rounds.get(loop);
        if (round != null && round.watched.remove(watched) && round.watched.isEmpty()) {
            round.stop();
            rounds.remove(loop);
        }
    }

    /** One loop's; confined to it. */
    private static final class Round {
        private final Set<Watched> watched = new LinkedHashSet<>();
        private @Nullable ScheduledFuture<?> task;

        void go() {
            // A look may close connections.
            List<Watched> now = new ArrayList<>(watched);
            now.forEach(Watched::look);
        }

        void stop() {
            ScheduledFuture<?> running = task;
            if (running != null) {
                running.cancel(false);
            }
        }
    }
}
