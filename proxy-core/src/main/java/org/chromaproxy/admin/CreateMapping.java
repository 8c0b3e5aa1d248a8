package org.chromaproxy.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/** Stores a mapping an operator gives, after every instance has confirmed its part of it. */
final class CreateMapping {
    private static final long ANSWER_WITHIN_MS = 5_000;

    /** An instance's collection as that instance describes it. */
    private record Found(Instance instance, UUID id, boolean empty, CollectionHead head) {}

    private final AdminServices services;
    private final EventLoop loop;
    private final Actions.Durably durably;

    CreateMapping(AdminServices services, EventLoop loop, Actions.Durably durably) {
        this.services = services;
        this.loop = loop;
        this.durably = durably;
    }

    CompletableFuture<Answer> run(JsonNode body) {
        Mapping.Path path = new Mapping.Path(
                text(body, "tenant", "default_tenant"),
                text(body, "database", "default_database"),
                text(body, "collection_name", ""));
        if (path.name().isEmpty()) {
            throw Answers.badRequest("collection_name is needed. Nothing was stored.");
        }
        Map<Instance, UUID> ids = ids(body);
        if (!services.logReady()) {
            throw Answers.refuse(
                    ProxyError.LOG_UNAVAILABLE, "The log takes no changes now. Nothing was stored; retry.");
        }
        List<CompletableFuture<Found>> asked = new ArrayList<>();
        ids.forEach((instance, id) -> asked.add(ask(instance, path, id)));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenComposeAsync(
                        done -> store(
                                path,
                                asked.stream().map(CompletableFuture::join).toList()),
                        loop);
    }

    /** {@code primary_id} and {@code replica_id} are the first two instances'; each may also be called by its name. */
    private Map<Instance, UUID> ids(JsonNode body) {
        Map<Instance, UUID> ids = new LinkedHashMap<>();
        for (Instance instance : services.proxy().instances()) {
            String role = instance.index() == 0 ? "primary_id" : instance.index() == 1 ? "replica_id" : "";
            String given = text(body, instance.name() + "_id", role.isEmpty() ? "" : text(body, role, ""));
            if (given.isEmpty()) {
                throw Answers.badRequest("The collection's id on instance " + instance + " is needed, as "
                        + (role.isEmpty() ? instance.name() + "_id" : role) + ". Nothing was stored.");
            }
            ids.put(
                    instance,
                    CollectionIds.parse(given)
                            .orElseThrow(
                                    () -> Answers.badRequest("\"" + given + "\" is not a UUID. Nothing was stored.")));
        }
        return ids;
    }

    private static String text(JsonNode body, String field, String otherwise) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw Answers.badRequest(field + " must be a string. Nothing was stored.");
        }
        return value.asText();
    }

    private CompletableFuture<Found> ask(Instance instance, Mapping.Path path, UUID id) {
        return get(instance, ChromaPaths.collection(path)).thenCompose(answer -> {
            CollectionHead head = CollectionJson.head(answer.body())
                    .filter(found -> answer.success() && found.name().equals(path.name()))
                    .orElseThrow(() -> wrong(instance, "it has no collection named [" + path.name() + "]"));
            if (!id.toString().equals(head.id())) {
                throw wrong(instance, "[" + path.name() + "] has the id " + head.id() + " there, not " + id);
            }
            return get(instance, ChromaPaths.records(path, id, "count"))
                    .thenApply(count ->
                            new Found(instance, id, count.text().strip().equals("0"), head));
        });
    }

    private CompletableFuture<UpstreamResponse> get(Instance instance, String uri) {
        UpstreamRequest request = UpstreamRequest.get(uri);
        CompletableFuture<UpstreamResponse> answer = instance.usable()
                ? services.upstream().send(loop, instance, request, ANSWER_WITHIN_MS)
                : services.upstream().ask(loop, instance, request, ANSWER_WITHIN_MS);
        return answer.exceptionally(error -> {
            throw Answers.refuse(
                    ProxyError.NO_INSTANCE,
                    "Instance " + instance + " did not answer, so its id cannot be verified. Nothing was stored.");
        });
    }

    private static Answers.Refusal wrong(Instance instance, String what) {
        return Answers.badRequest(
                "Instance " + instance + " does not confirm the mapping: " + what + ". Nothing was stored.");
    }

    /** On the catalog's loop, so that no create of a client's comes between the look and the change. */
    private CompletableFuture<Answer> store(Mapping.Path path, List<Found> found) {
        CollectionEntry known = services.proxy().catalog().named(path).orElse(null);
        if (known != null) {
            if (found.stream().allMatch(one -> mapped(known, one))) {
                return CompletableFuture.completedFuture(
                        stored("The mapping was there already.", known.mapping(), found));
            }
            throw Answers.conflict("[" + path.name() + "] has a mapping with other ids. Nothing was changed; DELETE"
                    + " /collection/mappings/" + path.name() + " first if that one is wrong.");
        }
        for (Found one : found) {
            services.proxy().catalog().byId(one.id()).ifPresent(other -> {
                throw Answers.conflict("Id " + one.id() + " belongs to " + other + ". Nothing was changed.");
            });
        }
        Mapping mapping = mapping(path, found);
        boolean dimension =
                found.stream().allMatch(one -> one.head().dimension().isPresent()) && alike(found);
        List<Change> changes = services.lanes().takeOvers().changes(mapping, Optional.empty());
        return durably.apply(changes, () -> {
                    services.lanes().takeOvers().begin(changes);
                    CollectionEntry entry = services.proxy().catalog().put(mapping);
                    if (dimension) {
                        entry.dimensionIsKnown();
                    }
                })
                .thenApply(done -> stored("The mapping is stored.", mapping, found));
    }

    private static boolean mapped(CollectionEntry entry, Found one) {
        return entry.place(one.instance())
                .filter(place -> place.instanceId().equals(one.id()))
                .isPresent();
    }

    /** The public id is the primary's. Copies with records in them serve no reads until somebody has compared them. */
    private static Mapping mapping(Mapping.Path path, List<Found> found) {
        boolean same = alike(found) && found.stream().allMatch(Found::empty);
        Map<String, Place> places = new LinkedHashMap<>();
        for (Found one : found) {
            boolean ready = same || one.instance().index() == 0;
            PlaceState state = ready ? PlaceState.READY : PlaceState.UNVERIFIED;
            String reason = ready ? "" : "mapped by an operator, its records not compared yet";
            places.put(one.instance().name(), new Place(one.id(), state, reason));
        }
        return new Mapping(found.getFirst().id(), path, 0, 0, Instant.now(), places);
    }

    private static boolean alike(List<Found> found) {
        return found.stream().map(one -> one.head().dimension()).distinct().count() == 1;
    }

    private static Answer stored(String message, Mapping mapping, List<Found> found) {
        ObjectNode body = Answers.object()
                .put("success", true)
                .put("message", message)
                .put("collection_name", mapping.path().name())
                .put("public_id", mapping.publicId().toString())
                .put("primary_id", found.getFirst().id().toString());
        if (found.size() > 1) {
            body.put("replica_id", found.get(1).id().toString());
        }
        return Answers.json(200, body);
    }
}
