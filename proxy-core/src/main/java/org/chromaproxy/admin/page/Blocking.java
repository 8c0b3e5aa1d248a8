package org.chromaproxy.admin.page;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.wal.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work that waits for PostgreSQL, off the event loops and only so much at once. Thread-safe. */
public final class Blocking {
    private static final Logger LOG = LoggerFactory.getLogger(Blocking.class);
    /** Twice what the log's pool has connections for: more would only wait there, and time out. */
    private static final int AT_ONCE = 8;

    private final Semaphore places = new Semaphore(AT_ONCE);
    private final ExecutorService workers;

    public Blocking(ExecutorService workers) {
        this.workers = workers;
    }

    /** Runs the work; fails with a {@link Answers.Refusal} of 503 when too much is under way, or without the log. */
    public <T> CompletableFuture<T> call(Supplier<T> work) {
        if (!places.tryAcquire()) {
            return CompletableFuture.failedFuture(Answers.refuse(
                    ProxyError.QUEUE_FULL,
                    "Too many questions to the log are under way. Nothing was done; ask again."));
        }
        return CompletableFuture.supplyAsync(() -> guarded(work), workers)
                .whenComplete((result, error) -> places.release());
    }

    private static <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (StoreException e) {
            LOG.warn("an operator's question was not answered: {}", e.getMessage());
            throw Answers.refuse(
                    ProxyError.LOG_UNAVAILABLE,
                    "The log cannot be asked now, see the proxy's own log. Try again later.");
        }
    }

    /** Does it later, on the workers. */
    public <T> CompletableFuture<T> later(long delayMs, Supplier<CompletableFuture<T>> work) {
        return CompletableFuture.runAsync(
                        () -> {}, CompletableFuture.delayedExecutor(delayMs, TimeUnit.MILLISECONDS, workers))
                .thenCompose(done -> work.get());
    }
}
