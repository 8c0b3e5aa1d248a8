package org.chromaproxy.exchange;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.lane.ServerShare;
import org.jspecify.annotations.Nullable;

/**
 * The place of one exchange among what its client has under way on a server or in the catalog's lane. Confined to the exchange's
 * loop; a place that is taken may be given back on any thread.
 */
public final class SharedPlace {
    private final Exchange exchange;
    private volatile ServerShare.@Nullable Passage place;
    private ServerShare.@Nullable Waiting waiting;
    private @Nullable ScheduledFuture<?> patience;

    public SharedPlace(Exchange exchange) {
        this.exchange = exchange;
    }

    /**
     * Takes a place, at once or when the client has fewer of them.
     *
     * @param patienceMs time after which it is taken in any case
     * @param taken called then, unless {@link #end} is called before
     */
    public void take(ServerShare share, long patienceMs, Runnable taken) {
        Optional<ServerShare.Passage> free = share.enter(exchange.use());
        if (free.isPresent()) {
            place = free.get();
            taken.run();
            return;
        }
        ServerShare.Waiting[] own = new ServerShare.Waiting[1];
        own[0] = share.await(exchange.use(), exchange.loop(), passage -> {
            if (waiting == null || waiting != own[0]) {
                passage.end();
                return;
            }
            stopWaiting();
            place = passage;
            taken.run();
        });
        waiting = own[0];
        patience = exchange.loop().schedule(own[0]::goNow, patienceMs, TimeUnit.MILLISECONDS);
    }

    /** It is executed, or will not be: gives the place back, or waits for it no longer. */
    public void end() {
        ServerShare.Waiting waits = waiting;
        if (waits != null) {
            waits.giveUp();
            stopWaiting();
        }
        ServerShare.Passage taken = place;
        if (taken != null) {
            taken.end();
        }
    }

    private void stopWaiting() {
        waiting = null;
        if (patience != null) {
            patience.cancel(false);
            patience = null;
        }
    }
}
