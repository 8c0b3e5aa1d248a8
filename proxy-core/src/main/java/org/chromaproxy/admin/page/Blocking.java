package org.chromaproxy.admin.page;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
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

    /** Of those that any client may ask; operators wait for none of these. */
    private static final int OF_CLIENTS = 4;

    private static final int WAITING_OF_EACH = 64;
    private static final int WAITING = 1_024;
    private static final String TOO_MANY = "Too many questions to the log are under way. Nothing was done; ask again.";

    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Rotation clients = new Rotation(OF_CLIENTS, WAITING_OF_EACH, WAITING);
    private final ExecutorService workers;

    public Blocking(ExecutorService workers) {
        this.workers = workers;
    }

    /** Runs the work; fails with a {@link Answers.Refusal} of 503 when too much is under way, or without the log. */
    public <T> CompletableFuture<T> call(Supplier<T> work) {
        if (!places.tryAcquire()) {
            return CompletableFuture.failedFuture(Answers.refuse(ProxyError.QUEUE_FULL, TOO_MANY));
        }
        return CompletableFuture.supplyAsync(() -> guarded(work), workers)
                .whenComplete((result, error) -> places.release());
    }

    /**
     * The same for what any client may ask: a few at once, in rotation between clients.
     *
     * @param client who asks
     */
    public <T> CompletableFuture<T> callFor(Object client, Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean begins = clients.take(client, () -> begin(work, answer));
        if (!begins) {
            answer.completeExceptionally(Answers.refuse(ProxyError.QUEUE_FULL, TOO_MANY));
        }
        return answer;
    }

    private <T> void begin(Supplier<T> work, CompletableFuture<T> answer) {
        CompletableFuture<T> running;
        try {
            running = CompletableFuture.supplyAsync(() -> guarded(work), workers);
        } catch (RejectedExecutionException e) {
            // The proxy stops.
            running = CompletableFuture.failedFuture(e);
        }
        running.whenComplete((result, error) -> {
            clients.free();
            if (error == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(
                        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error);
            }
        });
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
