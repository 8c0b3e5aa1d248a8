package org.chromaproxy.drill.rule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.chromaproxy.drill.evidence.Evidence;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.model.Timeline;
import org.chromaproxy.drill.model.World;
import org.chromaproxy.wal.record.OpKind;

/** One run, ready to be judged: the log's records found by operation, and the model replayed over the log. */
public final class Case {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final History history;
    private final Evidence evidence;
    private final Map<Long, List<Logged>> byOperation = new HashMap<>();
    private final Map<Long, Operation> operations = new HashMap<>();
    private final Map<Long, Operation> drops = new HashMap<>();
    private final World world = new World();

    public Case(History history, Evidence evidence) {
        this.history = history;
        this.evidence = evidence;
        history.operations().forEach(operation -> operations.put(operation.id(), operation));
        for (Logged logged : evidence.log()) {
            long operation = logged.operation();
            byOperation.merge(operation, List.of(logged), Case::joined);
            if (logged.kind() == OpKind.DELETE_COLLECTION && operations.containsKey(operation)) {
                drops.put(logged.lsn(), operations.get(operation));
            }
            if (!logged.withoutEffect() && !logged.addressed()) {
                replay(logged);
            }
        }
    }

    private static List<Logged> joined(List<Logged> one, List<Logged> other) {
        return java.util.stream.Stream.concat(one.stream(), other.stream()).toList();
    }

    private void replay(Logged logged) {
        String resolution = logged.fate().resolution();
        switch (logged.kind()) {
            case CREATE_COLLECTION -> world.create(logged.lsn(), logged.collection(), json(logged.body()));
            case MODIFY_COLLECTION -> world.modify(logged.lsn(), logged.collection(), json(logged.body()));
            case DELETE_COLLECTION -> world.drop(logged.lsn(), logged.lastSegment());
            case ADD, UPSERT, UPDATE, DELETE ->
                world.write(
                        logged.lsn(),
                        logged.collection(),
                        logged.lastSegment(),
                        json(resolution.isEmpty() ? logged.body() : resolution));
            default -> throw new IllegalArgumentException("the model does not know " + logged.kind());
        }
    }

    /** Parses what the load itself has written. */
    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text.isEmpty() ? "{}" : text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + text, e);
        }
    }

    public History history() {
        return history;
    }

    public Evidence evidence() {
        return evidence;
    }

    public World world() {
        return world;
    }

    /** The records an operation left in the log; one at most, if all is well. */
    public List<Logged> logged(Operation operation) {
        return byOperation.getOrDefault(operation.id(), List.of());
    }

    /** The LSN of an operation; empty when it is not in the log. */
    public OptionalLong lsn(Operation operation) {
        List<Logged> records = logged(operation);
        return records.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(records.getFirst().lsn());
    }

    /** The client's view of a record; empty for the proxy's own records. */
    public List<Long> operationOf(Logged logged) {
        long id = logged.operation();
        return operations.containsKey(id) ? List.of(id) : List.of();
    }

    /** What deleted that collection; empty if nothing did. */
    public Optional<Operation> drop(String collection) {
        return world.timeline(collection)
                .map(Timeline::deletedAt)
                .filter(lsn -> lsn != 0)
                .flatMap(lsn -> Optional.ofNullable(drops.get(lsn)));
    }

    /** Public id of the collection an operation is about, by the log where the operation itself cannot know it. */
    public String collection(Operation operation) {
        List<Logged> records = logged(operation);
        return records.isEmpty() ? operation.collection() : records.getFirst().collection();
    }
}
