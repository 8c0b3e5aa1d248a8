package org.chromaproxy.exchange.write;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.lane.Write;
import org.chromaproxy.lane.WriteResult;

/** A request whose transaction id was logged before: it gets the answer of the first one, and has no effect of its own. */
final class Retry {
    /** Longest time that the log is asked for an outcome: one that is being recovered is there soon. */
    private static final long LOOKS_MS = 5_000;

    private static final long LOOK_AGAIN_MS = 50;
    private static final long MAX_LOOK_AGAIN_MS = 400;

    private Retry() {}

    /**
     * Waits for the first one if it is under way, else reads its stored answer. Calls back on some thread.
     *
     * @param id that the first one's record has for this client
     */
    static void join(ExchangeServices services, long lsn, String id, Consumer<WriteResult> told) {
        Optional<Write> undecided = services.lanes().undecided(lsn);
        if (undecided.isPresent()) {
            undecided.get().result().whenComplete((result, error) -> {
                if (error == null) {
                    told.accept(result);
                } else {
                    // Forgotten until its turn comes: from now on the log alone knows of it.
                    stored(services, lsn, id, until(services), LOOK_AGAIN_MS, told);
                }
            });
            return;
        }
        stored(services, lsn, id, until(services), LOOK_AGAIN_MS, told);
    }

    private static long until(ExchangeServices services) {
        long millis = Math.min(LOOKS_MS, services.limits().requestMs() / 2);
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** What the first one was told, or nothing if that is not known yet. Calls back on some thread. */
    static void look(ExchangeServices services, long lsn, Consumer<Optional<WriteResult>> told) {
        services.transactions()
                .outcome(lsn)
                .whenComplete((stored, error) -> told.accept(error == null ? stored : Optional.empty()));
    }

    /** The answer is stored a moment after it was told; only one that nobody could be told yet is not there. */
    private static void stored(
            ExchangeServices services, long lsn, String id, long until, long pause, Consumer<WriteResult> told) {
        services.transactions().outcome(lsn).whenComplete((stored, error) -> {
            if (error == null && stored.isPresent()) {
                told.accept(stored.get());
            } else if (error == null && System.nanoTime() < until) {
                CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS)
                        .execute(() -> stored(services, lsn, id, until, Math.min(MAX_LOOK_AGAIN_MS, 2 * pause), told));
            } else {
                String message =
                        "The first request of this transaction has no outcome yet. It has one effect in any case: "
                                + "GET /transactions/" + id + "?wait=30s";
                HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.RETRY_AFTER, 1);
                told.accept(WriteResult.of(ProxyError.PENDING_RECOVERY, message).withHeaders(headers));
            }
        });
    }
}
