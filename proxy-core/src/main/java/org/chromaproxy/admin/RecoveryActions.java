package org.chromaproxy.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.admin.page.Blocking;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.wal.recovery.Retention;

/**
 * Recovery on an operator's word. It runs by itself all the time: these make it look at once, and tidy up behind it.
 * Thread-safe.
 */
final class RecoveryActions {
    private static final long PROBE_MS = 5_000;
    private static final double MOST_DAYS = 36_500;

    private final AdminServices services;
    private final Blocking blocking;
    private final Actions actions;

    RecoveryActions(AdminServices services, Blocking blocking, Actions actions) {
        this.services = services;
        this.blocking = blocking;
        this.actions = actions;
    }

    /** Probes all instances, ends the pauses between attempts, and lets every lane go on. */
    CompletionStage<Answer> trigger(AdminRequest request) {
        return actions.alone(() -> wake().thenApply(body -> Answers.json(200, body)));
    }

    /** The same, and adoption looks again too: copies and comparisons that are due begin now. */
    CompletionStage<Answer> restart(AdminRequest request) {
        return actions.alone(() -> {
            services.hooks().recheck().run();
            return wake().thenApply(body -> Answers.json(200, body.put("copies_and_comparisons", "looked for now")));
        });
    }

    private CompletableFuture<ObjectNode> wake() {
        CompletableFuture<?>[] probes = services.proxy().instances().stream()
                .map(instance -> services.hooks().health().probe(instance))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(probes)
                .copy()
                .completeOnTimeout(null, PROBE_MS, TimeUnit.MILLISECONDS)
                .thenCompose(probed -> services.lanes().wakeAll())
                .thenApply(this::told);
    }

    private ObjectNode told(LaneRegistry.Woken woken) {
        ObjectNode body = Answers.object()
                .put("success", true)
                .put("message", "Recovery never stops; every instance was probed and every lane woken before its time.")
                .put("lanes_with_work", woken.lanes())
                .put("pauses_ended", woken.pauses())
                .put("pending_writes", services.pendingWrites());
        ArrayNode probed = body.putArray("probed");
        for (Instance instance : services.proxy().instances()) {
            Instance.Shown shown = instance.shown();
            probed.add(Answers.object()
                    .put("name", instance.name())
                    .put("healthy", instance.usable())
                    .put("state", shown.standing().name().toLowerCase(Locale.ROOT))
                    .put("reason", shown.reason()));
        }
        return body;
    }

    /** Forgets old transaction ids, and outcomes of records that are gone. */
    CompletionStage<Answer> forget(AdminRequest request) {
        JsonNode days = request.json().path("days_old");
        boolean given = !days.isMissingNode() && !days.isNull();
        if (given && !(days.isNumber() && days.asDouble() >= 0 && days.asDouble() <= MOST_DAYS)) {
            throw Answers.badRequest("days_old must be a number from 0. Nothing was deleted.");
        }
        Duration age = Duration.ofSeconds((long) (days.asDouble() * 86_400));
        return actions.alone(
                () -> blocking.call(() -> forgotten(services.log().retention().forget(age))));
    }

    private static Answer forgotten(Retention.Swept swept) {
        return Answers.json(
                200,
                Answers.object()
                        .put("success", true)
                        .put("status", "success")
                        .put("deleted_transaction_ids", swept.transactions())
                        .put("deleted_outcomes", swept.outcomes())
                        .put(
                                "message",
                                "Transaction ids within their retention time, records, and outcomes of records that are"
                                        + " still in the log are kept."));
    }

    /** Hides the errors of now; dead letters stay open. */
    CompletionStage<Answer> clearErrors(AdminRequest request) {
        return actions.alone(() -> blocking.call(() -> Answers.json(
                200,
                Answers.object()
                        .put("success", true)
                        .put("cleared_errors", services.log().letters().clearErrors())
                        .put(
                                "message",
                                "They are not among the recent errors any more. Nothing else changed: see"
                                        + " /admin/dead_letters for what was given up."))));
    }
}
