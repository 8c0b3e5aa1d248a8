package org.chromaproxy.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.admin.page.Blocking;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.recovery.Retention;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators may have done. One action at a time. Thread-safe. */
final class Actions {
    private static final Logger LOG = LoggerFactory.getLogger(Actions.class);
    private static final long DURABLE_WITHIN_MS = 10_000;
    private static final long ADOPTED_WITHIN_MS = 30_000;
    private static final int MOST_HOURS = 24 * 366 * 100;

    private final AdminServices services;
    private final Blocking blocking;
    private final EventLoop loop;
    private final Semaphore turn = new Semaphore(1);

    /** @param loop the catalog lanes' */
    Actions(AdminServices services, Blocking blocking, EventLoop loop) {
        this.services = services;
        this.blocking = blocking;
        this.loop = loop;
    }

    CompletionStage<Answer> createMapping(AdminRequest request) {
        return alone(() -> new CreateMapping(services, loop, this::durably).run(request.json()));
    }

    CompletionStage<Answer> dropMapping(AdminRequest request) {
        return alone(() -> new DropMapping(services, loop, this::durably).run(request));
    }

    CompletionStage<Answer> completeMappings(AdminRequest request) {
        return alone(() -> services.hooks()
                .completeMappings()
                .get()
                .toCompletableFuture()
                .copy()
                .completeOnTimeout("", ADOPTED_WITHIN_MS, TimeUnit.MILLISECONDS)
                .thenApply(message -> Answers.json(
                        message.isEmpty() ? 202 : 200,
                        Answers.object()
                                .put("success", true)
                                .put(
                                        "message",
                                        message.isEmpty()
                                                ? "under way; see unmapped_collections in /status"
                                                : message))));
    }

    CompletionStage<Answer> cleanUp(AdminRequest request) {
        JsonNode hours = request.json().path("max_age_hours");
        boolean given = !hours.isMissingNode() && !hours.isNull();
        if (given && !(hours.isNumber() && hours.asDouble() >= 0 && hours.asDouble() <= MOST_HOURS)) {
            throw Answers.badRequest("max_age_hours must be a number from 0. Nothing was deleted.");
        }
        long seconds = (long) (hours.asDouble() * 3600);
        return alone(() -> blocking.call(() -> swept(
                given
                        ? services.log().retention().sweep(Duration.ofSeconds(seconds))
                        : services.log().retention().sweep())));
    }

    private static Answer swept(Retention.Swept swept) {
        String message =
                "Whole segments of the log are dropped, and only when no instance needs anything in them: at most "
                        + swept.records() + " records, " + swept.outcomes() + " outcomes and " + swept.transactions()
                        + " transaction ids were deleted.";
        return Answers.json(
                200,
                Answers.object()
                        .put("status", "success")
                        .put("deleted_entries", swept.records())
                        .put("reset_entries", 0)
                        .put("deleted_outcomes", swept.outcomes())
                        .put("deleted_transaction_ids", swept.transactions())
                        .put("message", message));
    }

    /** Runs an action unless another is under way. */
    CompletionStage<Answer> alone(Supplier<CompletableFuture<Answer>> action) {
        if (!turn.tryAcquire()) {
            throw Answers.refuse(
                    ProxyError.QUEUE_FULL, "Another operator's action is under way. Nothing was done; try again.");
        }
        try {
            return action.get().whenComplete((answer, error) -> turn.release());
        } catch (RuntimeException e) {
            turn.release();
            throw e;
        }
    }

    /** Commits a change, then applies it in memory on the catalog's loop. */
    private CompletableFuture<Void> durably(List<? extends Change> changes, Runnable then) {
        if (!services.logReady()) {
            throw Answers.refuse(
                    ProxyError.LOG_UNAVAILABLE, "The log takes no changes now. Nothing was changed; retry.");
        }
        LOG.info("on an operator's behalf: {}", changes);
        CompletableFuture<Void> done = new CompletableFuture<>();
        services.proxy()
                .log()
                .submit(
                        changes,
                        true,
                        ChangeListener.of(
                                () -> loop.execute(() -> {
                                    then.run();
                                    done.complete(null);
                                }),
                                reason -> done.completeExceptionally(Answers.conflict(
                                        "The log refuses the change: " + reason + ". Nothing was changed."))));
        return done.copy().orTimeout(DURABLE_WITHIN_MS, TimeUnit.MILLISECONDS).exceptionally(error -> {
            if (error.getCause() instanceof Answers.Refusal refusal) {
                throw refusal;
            }
            throw Answers.refuse(
                    ProxyError.LOG_OUTCOME_UNKNOWN,
                    "The log did not confirm the change in time: it may yet take effect. See"
                            + " /admin/collection_mappings.");
        });
    }

    /** Makes a change durable and then effective; fails with a refusal if that cannot be known. */
    @FunctionalInterface
    interface Durably {
        CompletableFuture<Void> apply(List<? extends Change> changes, Runnable then);
    }
}
