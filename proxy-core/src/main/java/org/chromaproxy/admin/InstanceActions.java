package org.chromaproxy.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.health.HealthChecker;
import org.chromaproxy.instance.Instance;

/** What operators do to one instance: {@code /admin/instances/NAME/WHAT}. Thread-safe. */
final class InstanceActions {
    static final String PREFIX = "/admin/instances/";
    private static final double DEFAULT_SECONDS = 30;
    private static final double MOST_SECONDS = 3600;

    private final AdminServices services;
    private final HealthChecker health;

    InstanceActions(AdminServices services) {
        this.services = services;
        this.health = services.hooks().health();
    }

    /** Whether the path names an instance and what to do with it. */
    static boolean addressed(String path) {
        return path.startsWith(PREFIX) && path.indexOf('/', PREFIX.length()) == path.lastIndexOf('/');
    }

    Instance instance(AdminRequest request) {
        String name = request.segmentAfter(PREFIX, 0);
        return services.proxy()
                .instances()
                .byName(name)
                .orElseThrow(() -> Answers.notFound("There is no instance [" + name + "]. Nothing was done."));
    }

    /** Forces an instance down for a while, for drills, or ends that. */
    CompletionStage<Answer> force(AdminRequest request) {
        Instance instance = instance(request);
        JsonNode healthy = request.json().path("healthy");
        if (!healthy.isBoolean()) {
            throw Answers.badRequest("healthy is needed: true or false. Nothing was done.");
        }
        boolean before = instance.usable();
        if (healthy.asBoolean()) {
            return health.endForce(instance)
                    .thenApply(was -> Answers.json(
                            200,
                            done(instance, before, true)
                                    .put("will_restore_in_seconds", 0)
                                    .put(
                                            "message",
                                            was
                                                    ? "It is no longer forced down, and returns when its probes succeed."
                                                    : "It was not forced down. Nothing makes a dead server healthy.")));
        }
        double seconds = seconds(request.json().path("duration_seconds"));
        return health.forceDown(instance, Duration.ofMillis((long) (seconds * 1000)))
                .thenApply(refusal -> {
                    conflict(refusal);
                    return Answers.json(
                            200,
                            done(instance, before, false)
                                    .put("will_restore_in_seconds", seconds)
                                    .put("message", "After that it returns when its probes succeed."));
                });
    }

    private static double seconds(JsonNode given) {
        if (given.isMissingNode() || given.isNull()) {
            return DEFAULT_SECONDS;
        }
        if (!given.isNumber() || !(given.asDouble() > 0 && given.asDouble() <= MOST_SECONDS)) {
            throw Answers.badRequest(
                    "duration_seconds must be a number above 0, at most " + (int) MOST_SECONDS + ". Nothing was done.");
        }
        return given.asDouble();
    }

    private static ObjectNode done(Instance instance, boolean before, boolean asked) {
        return Answers.object()
                .put("success", true)
                .put("instance", instance.name())
                .put("health_set_to", asked)
                .put("original_health", before)
                .put("healthy", instance.usable());
    }

    /** Frees an instance of reads and leadership. */
    CompletionStage<Answer> drain(AdminRequest request) {
        Instance instance = instance(request);
        JsonNode force = request.json().path("force");
        if (!force.isMissingNode() && !force.isBoolean()) {
            throw Answers.badRequest("force must be true or false. Nothing was done.");
        }
        return health.drain(instance, force.asBoolean()).thenApply(refusal -> {
            conflict(refusal.isEmpty() ? "" : refusal + ". Nothing was done; {\"force\": true} does it all the same.");
            return Answers.json(
                    200,
                    standing(instance)
                            .put(
                                    "message",
                                    "Its state becomes maintenance when it leads nothing any more; then its server may"
                                            + " be stopped. Resume it afterwards."));
        });
    }

    /** Takes a drained instance back. */
    CompletionStage<Answer> resume(AdminRequest request) {
        Instance instance = instance(request);
        return health.resume(instance)
                .thenApply(drained -> Answers.json(
                        200,
                        standing(instance)
                                .put(
                                        "message",
                                        drained
                                                ? "It returns when its probes succeed."
                                                : "It was not drained. Nothing was done.")));
    }

    private static ObjectNode standing(Instance instance) {
        Instance.Shown shown = instance.shown();
        return Answers.object()
                .put("success", true)
                .put("instance", instance.name())
                .put("state", shown.standing().name().toLowerCase(Locale.ROOT))
                .put("reason", shown.reason());
    }

    private static void conflict(String refusal) {
        if (!refusal.isEmpty()) {
            throw Answers.conflict(refusal);
        }
    }
}
