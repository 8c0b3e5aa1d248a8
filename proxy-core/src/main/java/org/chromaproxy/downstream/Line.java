package org.chromaproxy.downstream;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.completion.Place;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.ProxyError;
import org.jspecify.annotations.Nullable;

/**
 * Where one connection's request waits for its turn, for a bounded time: for a place among all requests, and a list for one
 * among the lists then. Confined to the connection's event loop.
 */
final class Line {
    private static final String LISTS_OF_ALL =
            "Too many lists of collections or databases are being made. Nothing was changed; retry later.";
    private static final String LISTS_OF_ONE =
            "This client has as many lists of collections or databases under way as it may. Nothing was changed; ask for"
                    + " fewer at once, or retry later.";

    private final ExchangeServices services;
    private RequestBound.@Nullable Waiting waiting;
    private @Nullable ScheduledFuture<?> patience;

    /** Whose request it is. */
    interface Asking {
        /** Whether its client still waits. */
        boolean open();

        /** It has a place, which is to be given back when it ends, and goes on. */
        void entered(Place place);

        /** It gets none: this is the answer. */
        void refused(FullHttpResponse refusal);
    }

    Line(ExchangeServices services) {
        this.services = services;
    }

    /** Takes a place among all requests, at once or in its turn. */
    void enter(EventExecutor loop, PrincipalUse use, Asking asking) {
        enter(loop, use, asking, services.admission().requests(), Place.COUNTED);
    }

    /** The same among the lists, for one that has a place among all requests. */
    void enterLists(EventExecutor loop, PrincipalUse use, Asking asking) {
        enter(loop, use, asking, services.admission().lists(), Place.LISTED);
    }

    private void enter(EventExecutor loop, PrincipalUse use, Asking asking, RequestBound bound, Place place) {
        if (bound.enter(use)) {
            asking.entered(place);
            return;
        }
        Optional<RequestBound.Waiting> turn = bound.await(
                use,
                loop,
                () -> {
                    stop();
                    if (asking.open()) {
                        asking.entered(place);
                    } else {
                        bound.leave(use, 0);
                    }
                },
                () -> {
                    stop();
                    if (asking.open()) {
                        asking.refused(refusal(true, place));
                    }
                });
        if (turn.isEmpty()) {
            asking.refused(refusal(bound.full(use), place));
            return;
        }
        waiting = turn.get();
        patience = loop.schedule(
                () -> {
                    if (leave()) {
                        services.admission().requests().countTimeout();
                        asking.refused(refusal(bound.full(use), place));
                    }
                },
                services.limits().admissionMs(),
                TimeUnit.MILLISECONDS);
    }

    /** @param own whether its principal has as much as it may, rather than all together */
    private static FullHttpResponse refusal(boolean own, Place place) {
        ProxyError error = own ? ProxyError.PRINCIPAL_BUSY : ProxyError.QUEUE_FULL;
        if (place == Place.LISTED) {
            return ErrorResponses.of(error, own ? LISTS_OF_ONE : LISTS_OF_ALL);
        }
        return ErrorResponses.of(error);
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
