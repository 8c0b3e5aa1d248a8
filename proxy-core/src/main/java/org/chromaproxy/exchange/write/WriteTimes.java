package org.chromaproxy.exchange.write;

import org.chromaproxy.completion.Mark;
import org.chromaproxy.completion.Trail;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.metrics.Stage;

/** When a write passed from one stage to the next. Its steps are called in order, each on the thread that makes it. */
final class WriteTimes {
    private final ExchangeServices services;
    private final Trail trail;
    private long queuedNanos;
    /** 0 until it is committed. */
    private volatile long committedNanos;

    WriteTimes(ExchangeServices services, Trail trail) {
        this.services = services;
        this.trail = trail;
    }

    /** It is handed to the log. */
    void queued() {
        queuedNanos = System.nanoTime();
        trail.mark(Mark.BODY, queuedNanos);
    }

    /** Its transaction is durable; on the log's writer thread. */
    void committed() {
        long now = System.nanoTime();
        long begun = services.proxy().log().batchBegunNanos();
        services.upstream().timings().here().stage(Stage.QUEUE, begun - queuedNanos);
        services.upstream().timings().here().stage(Stage.COMMIT, now - begun);
        committedNanos = now;
        trail.mark(Mark.BATCH, begun);
        trail.mark(Mark.COMMITTED, now);
    }

    /** Its outcome is known. */
    void answered() {
        long committed = committedNanos;
        if (committed != 0) {
            services.upstream().timings().here().stage(Stage.LANE, System.nanoTime() - committed);
        }
    }
}
