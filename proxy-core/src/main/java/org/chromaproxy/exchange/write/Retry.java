package org.chromaproxy.exchange.write;

import java.util.Optional;
import java.util.function.Consumer;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.lane.write.Write;
import org.chromaproxy.lane.write.WriteResult;

/** A request whose transaction id was logged before: it gets the answer of the first one, and has no effect of its own. */
final class Retry {
    private Retry() {}

    /** Waits for the first one if it is under way, else reads its stored answer. Calls back on some thread. */
    static void join(ExchangeServices services, long lsn, Consumer<WriteResult> told) {
        Optional<Write> undecided = services.lanes().undecided(lsn);
        if (undecided.isPresent()) {
            undecided.get().result().whenComplete((result, error) -> told.accept(result));
            return;
        }
        services.transactions().outcome(lsn).whenComplete((stored, error) -> {
            Optional<WriteResult> result = error == null ? stored : Optional.empty();
            told.accept(result.orElseGet(() -> {
                String message =
                        "The first request of this transaction has no outcome yet. It has one effect in any case: "
                                + "GET /transactions/" + services.transactions().idOf(lsn) + "?wait=30s";
                return WriteResult.json(503, ProxyError.PENDING_RECOVERY.body(message));
            }));
        });
    }
}
