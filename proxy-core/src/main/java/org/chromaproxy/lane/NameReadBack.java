package org.chromaproxy.lane;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingChanges;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a catalog record that no instance could apply: what stands under the names it touches is read from every
 * usable instance, and a collection that is not as on the leader has diverged. Other names go on. Confined to the catalog
 * lanes' loop.
 */
final class NameReadBack {
    private static final Logger LOG = LoggerFactory.getLogger(NameReadBack.class);
    private static final long TIMEOUT_MS = 5_000;

    private final Lanes lanes;
    private final CatalogSteps steps;

    NameReadBack(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
    }

    void giveUp(Lane leader, Write write, String why) {
        leader.occupy(new LaneState.Asking(
                "the record failed on every server, and the names it touches are read before it is given up"));
        List<String> paths = paths(write);
        Map<Instance, CompletableFuture<List<JsonNode>>> asked = new HashMap<>();
        lanes.lanes().stream()
                .filter(lane -> lane.instance.usable() && (lane == leader || stands(lane, write)))
                .forEach(lane -> asked.put(lane.instance, look(lane.instance, paths)));
        CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .whenComplete((all, error) -> lanes.io()
                        .execute(() -> lanes.guarded(leader, write, () -> readBack(leader, write, why, asked, error))));
    }

    private void readBack(
            Lane leader,
            Write write,
            String why,
            Map<Instance, CompletableFuture<List<JsonNode>>> asked,
            @Nullable Throwable error) {
        // Another may have decided it meanwhile: that outcome stands.
        if (lanes.overtaken(leader, write)) {
            return;
        }
        CompletableFuture<List<JsonNode>> standing = asked.get(leader.instance);
        if (standing == null || standing.isCompletedExceptionally()) {
            leader.free();
            lanes.pause(leader, "the names it holds cannot be read: " + error);
            return;
        }
        List<JsonNode> there = standing.join();
        if (executed(write, there)) {
            LOG.warn("record {} failed everywhere ({}), but {} has executed it", write.lsn(), why, leader);
            leader.attempts().putInDoubt();
            steps.foundDone(leader, write);
            return;
        }
        if (!configures(write)) {
            steps.compared(
                    write,
                    asked.entrySet().stream()
                            .filter(each -> !each.getValue().isCompletedExceptionally())
                            .map(Map.Entry::getKey)
                            .collect(Collectors.toSet()));
        }
        conclude(leader, write, why, otherThan(there, asked));
    }

    /** Whether it may change what {@link #content} does not hold. */
    private static boolean configures(Write write) {
        byte[] body = write.body();
        try {
            return body == null || ClientJson.treeOfBody(body).has("new_configuration");
        } catch (IOException e) {
            LOG.debug("record {} may change the configuration", write.lsn(), e);
            return true;
        }
    }

    /**
     * Whether a create, renaming or deletion of a collection shows under the names it touches, and in the catalog does not; or what of a
     * database or tenant shows is what the record is for.
     */
    private boolean executed(Write write, List<JsonNode> there) {
        Subject subject = write.subject();
        Mapping.Path path = new Mapping.Path(subject.tenant(), subject.database(), subject.name());
        return switch (write.kind()) {
            case DELETE_COLLECTION, DELETE_DATABASE ->
                !there.isEmpty() && there.stream().allMatch(JsonNode::isMissingNode);
            case CREATE_DATABASE, CREATE_TENANT ->
                !there.isEmpty() && there.stream().noneMatch(JsonNode::isMissingNode);
            case CREATE_COLLECTION ->
                there.stream().noneMatch(JsonNode::isMissingNode)
                        && steps.catalog().named(path).isEmpty();
            // The old name, then the new one.
            case MODIFY_COLLECTION ->
                there.size() == 2
                        && there.getFirst().isMissingNode()
                        && !there.getLast().isMissingNode()
                        && steps.catalog().named(path).isEmpty();
            default -> false;
        };
    }

    /** Any other lane was never sent it. */
    private static boolean stands(Lane lane, Write write) {
        return lane.head() == write || lane.mayHave(write);
    }

    /** What is read: nothing where the names that the record touches are not known, as then no effect of it could be told. */
    private List<String> paths(Write write) {
        Subject subject = write.subject();
        return switch (write.kind()) {
            case MODIFY_TENANT -> List.of(ChromaPaths.tenant(subject.tenant()));
            case CREATE_TENANT -> named(write).map(ChromaPaths::tenant).stream().toList();
            case DELETE_DATABASE -> List.of(ChromaPaths.database(subject.tenant(), subject.database()));
            case CREATE_DATABASE ->
                named(write).map(name -> ChromaPaths.database(subject.tenant(), name)).stream()
                        .toList();
            case DELETE_COLLECTION ->
                DeleteOp.named(steps.catalog(), write).map(entry -> ChromaPaths.collection(entry.path())).stream()
                        .toList();
            default -> collection(subject);
        };
    }

    /** The name in the body of a record that makes a database or a tenant. */
    private static Optional<String> named(Write write) {
        byte[] body = write.body();
        try {
            String name =
                    body == null ? "" : ClientJson.treeOfBody(body).path("name").asText();
            return Optional.of(name).filter(each -> !each.isEmpty());
        } catch (IOException e) {
            LOG.debug("record {} names nothing", write.lsn(), e);
            return Optional.empty();
        }
    }

    private List<String> collection(Subject subject) {
        Set<String> names = new LinkedHashSet<>();
        steps.catalog()
                .known(subject.collection())
                .ifPresent(entry -> names.add(entry.path().name()));
        if (!subject.name().isEmpty()) {
            names.add(subject.name());
        }
        return names.stream()
                .map(name -> ChromaPaths.collection(new Mapping.Path(subject.tenant(), subject.database(), name)))
                .toList();
    }

    private CompletableFuture<List<JsonNode>> look(Instance instance, List<String> paths) {
        CompletableFuture<List<JsonNode>> looks = CompletableFuture.completedFuture(List.of());
        for (String path : paths) {
            CompletableFuture<UpstreamResponse> answer =
                    lanes.io().send(instance, UpstreamRequest.get(path), TIMEOUT_MS);
            looks = looks.thenCombine(answer, (before, now) -> {
                List<JsonNode> all = new ArrayList<>(before);
                all.add(content(now));
                return all;
            });
        }
        return looks;
    }

    /** What two instances should have in common. */
    private static JsonNode content(UpstreamResponse answer) {
        if (Verdict.ofRead(answer) == Verdict.MISSING) {
            return MissingNode.getInstance();
        }
        try {
            if (answer.success() && ClientJson.tree(answer.body()) instanceof ObjectNode found) {
                return found.retain("name", "metadata", "tenant", "database");
            }
        } catch (IOException e) {
            throw new IllegalStateException("not JSON", e);
        }
        throw new IllegalStateException("it answered " + answer.status());
    }

    private static Set<Instance> otherThan(
            List<JsonNode> standing, Map<Instance, CompletableFuture<List<JsonNode>>> asked) {
        Set<Instance> differing = new LinkedHashSet<>();
        asked.forEach((instance, found) -> {
            if (found.isCompletedExceptionally() || !found.join().equals(standing)) {
                differing.add(instance);
            }
        });
        return differing;
    }

    private void conclude(Lane leader, Write write, String why, Set<Instance> differing) {
        String words = "Every instance that could take this write failed it (" + why
                + "), though it took others. It was given up; no instance is sent it again. "
                + (differing.isEmpty()
                        ? "Read back: the instances hold the same under the names it touches."
                        : "Read back: it took effect on some instances only; the leader's stands.");
        LOG.error(
                "record {} ({}) is given up: {}. Other than on {}: {}",
                write.lsn(),
                write.kind(),
                why,
                leader,
                differing);
        write.deadLetter();
        WriteResult result = WriteResult.of(ProxyError.WRITE_FAILED, words);
        Change.Outcome outcome = new Change.Outcome(
                write.lsn(), TransactionState.ABANDONED, result.status(), result.text(), result.body());
        Optional<CollectionEntry> entry = steps.catalog().known(write.subject().collection());
        Map<Instance, Place> places = new HashMap<>();
        for (Instance instance : differing) {
            String reason =
                    "record " + write.lsn() + " failed everywhere, and left this collection other than the leader's";
            entry.flatMap(known -> known.place(instance))
                    .ifPresent(
                            place -> places.put(instance, new Place(place.instanceId(), PlaceState.DIVERGED, reason)));
        }
        List<Change> others = new ArrayList<>(List.of(outcome));
        // The other lanes see to theirs when they come to this record; those that are let go of never do.
        List<Change.Purge> left = lanes.lanes().stream()
                .filter(lane -> lane == leader || lane.detached())
                .flatMap(lane -> steps.leftOver(lane, write).stream())
                .toList();
        others.addAll(left);
        store(
                others,
                entry.filter(known -> !places.isEmpty()).map(known -> MappingEdit.places(known, places)).stream()
                        .toList(),
                () -> {
                    steps.stillNamed(left);
                    lanes.concluded(leader, write, result);
                });
    }

    private void store(List<Change> others, List<MappingEdit> edits, Runnable then) {
        MappingChanges changes = steps.catalog().changes();
        changes.begin(edits, begun -> {
            List<Change> all = new ArrayList<>(others);
            begun.forEach(each -> all.add(new Change.PutMapping(each.mapping())));
            ChangeListener listener = ChangeListener.of(
                    () -> lanes.io().execute(() -> {
                        others.forEach(steps::known);
                        changes.durable(begun)
                                .forEach(known -> steps.collections().wake(known.publicId()));
                        then.run();
                    }),
                    reason -> lanes.io().execute(() -> {
                        changes.refused(begun);
                        store(others, edits, then);
                    }));
            lanes.services().log().submit(all, true, listener);
        });
    }
}
