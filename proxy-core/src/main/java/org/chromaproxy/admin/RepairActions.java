package org.chromaproxy.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.admin.page.Blocking;
import org.chromaproxy.admin.page.InstancePages;
import org.chromaproxy.adopt.Repairs;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Instance;

/** Replacing what an instance holds by a copy of another's: one collection, or everything. Thread-safe. */
final class RepairActions {
    static final String PREFIX = "/admin/collections/";
    static final String SUFFIX = "/repair";
    /** Small collections are done by then; larger ones are told of in /status. */
    private static final long ANSWERED_MS = 10_000;

    private final AdminServices services;
    private final Blocking blocking;

    RepairActions(AdminServices services, Blocking blocking) {
        this.services = services;
        this.blocking = blocking;
    }

    /** Whether the path names a collection to repair. */
    static boolean addressed(String path) {
        return path.startsWith(PREFIX) && path.endsWith(SUFFIX) && path.split("/", -1).length == 5;
    }

    /** Copies one collection anew to one instance. */
    CompletionStage<Answer> repair(AdminRequest request) {
        JsonNode body = request.json();
        boolean force = force(body);
        String name = body.path("instance").asText();
        Instance target = services.proxy()
                .instances()
                .byName(name)
                .orElseThrow(
                        () -> Answers.badRequest("instance is needed: the name of the one to copy to. There is no ["
                                + name + "]. Nothing was done."));
        CollectionEntry entry = collection(request.segmentAfter(PREFIX, 0), body);
        return answer(services.hooks().repairs().repair(entry, target, force));
    }

    private CollectionEntry collection(String reference, JsonNode body) {
        String tenant = body.path("tenant").asText("default_tenant");
        String database = body.path("database").asText("default_database");
        return services.proxy()
                .catalog()
                .resolve(tenant, database, reference)
                .orElseThrow(() -> Answers.notFound("There is no collection [" + reference + "] in " + tenant + "/"
                        + database + ". Nothing was done."));
    }

    /** Replaces everything an instance holds. */
    CompletionStage<Answer> resync(AdminRequest request, Instance instance) {
        JsonNode body = request.json();
        Set<String> lost = new HashSet<>();
        body.path("lost").forEach(name -> lost.add(name.asText()));
        Repairs.Consent consent = new Repairs.Consent(force(body), bool(body, "in_use"), lost);
        return blocking.call(() -> services.hooks().repairs().resync(instance, consent))
                .thenCompose(this::answer);
    }

    private static boolean force(JsonNode body) {
        return bool(body, "force");
    }

    private static boolean bool(JsonNode body, String name) {
        JsonNode value = body.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw Answers.badRequest(name + " must be true or false. Nothing was done.");
        }
        return value.asBoolean();
    }

    private CompletionStage<Answer> answer(Repairs.Begun begun) {
        if (!begun.refusal().isEmpty()) {
            throw Answers.conflict(begun.refusal() + ". Nothing was done.");
        }
        return begun.ended()
                .thenApply(Optional::of)
                .completeOnTimeout(Optional.empty(), ANSWERED_MS, TimeUnit.MILLISECONDS)
                .thenApply(RepairActions::told);
    }

    private static Answer told(Optional<Repairs.Job> ended) {
        if (ended.isEmpty()) {
            return Answers.json(202, done("It is under way: see repairs in /status."));
        }
        Repairs.Job job = ended.get();
        if (!job.failure().isEmpty()) {
            throw Answers.refuse(
                    503,
                    "InternalError",
                    "It stopped while " + job.step() + ": " + job.failure() + ". It may be asked for again.");
        }
        return Answers.json(200, done("It is done.").setAll(InstancePages.repair(job)));
    }

    private static ObjectNode done(String message) {
        return Answers.object().put("success", true).put("message", message);
    }
}
