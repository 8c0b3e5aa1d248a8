package org.chromaproxy.downstream;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.admit.RequestBound;
import org.jspecify.annotations.Nullable;

/** Where one connection's request waits for its turn, for a bounded time. Confined to the connection's event loop. */
final class Line {
    private RequestBound.@Nullable Waiting waiting;
    private @Nullable ScheduledFuture<?> patience;

    /**
     * Waits in line.
     *
     * @param turn run when its turn has come, with a place taken
     * @param overdue run instead when the time is over
     * @param displaced run instead if another principal gets its place in the line
     * @return false when too many wait already: neither is run
     */
    boolean await(
            RequestBound requests,
            PrincipalUse use,
            EventExecutor loop,
            long timeMs,
            Runnable turn,
            Runnable overdue,
            Runnable displaced) {
        Optional<RequestBound.Waiting> place = requests.await(
                use,
                loop,
                () -> {
                    stop();
                    turn.run();
                },
                () -> {
                    stop();
                    displaced.run();
                });
        if (place.isEmpty()) {
            return false;
        }
        waiting = place.get();
        patience = loop.schedule(
                () -> {
                    if (leave()) {
                        overdue.run();
                    }
                },
                timeMs,
                TimeUnit.MILLISECONDS);
        return true;
    }

    /** Waits no longer; false if it did not wait, or its turn has come already. */
    boolean leave() {
        RequestBound.Waiting left = waiting;
        if (left == null || !left.giveUp()) {
            return false;
        }
        stop();
        return true;
    }

    private void stop() {
        waiting = null;
        ScheduledFuture<?> timer = patience;
        if (timer != null) {
            timer.cancel(false);
            patience = null;
        }
    }
}
