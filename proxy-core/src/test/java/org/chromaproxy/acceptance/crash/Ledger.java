package org.chromaproxy.acceptance.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;

/**
 * One writer's memory of what it was told. For each of its ids it keeps the set of versions that the answers so far
 * allow: an acknowledged write turns each into one, an unanswered one may or may not have happened. Owned by one thread.
 */
final class Ledger {
    private static final int ABSENT = -1;
    private static final int IDS_PER_COLLECTION = 12;

    private enum Told {
        DONE,
        NEVER_SENT,
        UNKNOWN
    }

    private enum Op {
        ADD(201),
        UPSERT(200),
        UPDATE(200),
        DELETE(200);

        private final int success;

        Op(int success) {
            this.success = success;
        }

        /** What a record at {@code before} becomes, as Chroma defines it. */
        int apply(int before, int version) {
            return switch (this) {
                case ADD -> before == ABSENT ? version : before;
                case UPSERT -> version;
                case UPDATE -> before == ABSENT ? ABSENT : version;
                case DELETE -> ABSENT;
            };
        }
    }

    private final int writer;
    private final List<String> collections;
    private final Random random;
    private final SortedMap<String, Set<Integer>> possible = new TreeMap<>();
    private int version;
    private int acknowledged;
    private int unanswered;

    /**
     * @param writer its number, which keeps its ids apart from other writers'
     * @param collections names in the default database
     */
    Ledger(int writer, List<String> collections, long seed) {
        this.writer = writer;
        this.collections = collections;
        this.random = new Random(seed + writer);
    }

    /**
     * Sends one random write and notes what its answer allows.
     *
     * @return false when no answer came, or one that leaves the outcome open
     * @throws AssertionError when the proxy refuses a write that no server would refuse
     */
    boolean writeOnce(ChromaApi proxy) {
        String collection = collections.get(random.nextInt(collections.size()));
        String id = "w" + writer + "-" + random.nextInt(IDS_PER_COLLECTION);
        Op op = chooseOp(collection + "/" + id);
        version++;
        Told told = send(proxy, collection, id, op);
        if (told == Told.NEVER_SENT) {
            return false;
        }
        Set<Integer> before = possible.computeIfAbsent(collection + "/" + id, key -> new HashSet<>(Set.of(ABSENT)));
        Set<Integer> after = new HashSet<>();
        before.forEach(state -> after.add(op.apply(state, version)));
        if (told == Told.DONE) {
            before.clear();
        }
        before.addAll(after);
        return told == Told.DONE;
    }

    /**
     * Any, but no update of an id that may be absent: where an add follows it, Chroma itself may keep the update's embedding after
     * a kill (docs/fault-drill.md), so that two servers differ by nobody's doing but Chroma's.
     */
    private Op chooseOp(String key) {
        Op op = Op.values()[random.nextInt(Op.values().length)];
        boolean mayBeAbsent = possible.getOrDefault(key, Set.of(ABSENT)).contains(ABSENT);
        return op == Op.UPDATE && mayBeAbsent ? Op.UPSERT : op;
    }

    int acknowledged() {
        return acknowledged;
    }

    int unanswered() {
        return unanswered;
    }

    /** What of this writer's records an instance shows that no order of events allows. */
    List<String> violations(InstanceDump dump) {
        List<String> violations = new ArrayList<>();
        for (Map.Entry<String, Set<Integer>> entry : possible.entrySet()) {
            String collection = entry.getKey().substring(0, entry.getKey().indexOf('/'));
            String id = entry.getKey().substring(collection.length() + 1);
            JsonNode record = dump.collection(collection).records().get(id);
            int found = record == null ? ABSENT : versionOf(record);
            if (!entry.getValue().contains(found)) {
                violations.add(
                        entry.getKey() + " is at " + found + ", allowed are " + entry.getValue() + ": " + record);
            }
        }
        return violations;
    }

    private Told send(ChromaApi proxy, String collection, String id, Op op) {
        String path = ChromaApi.collection(collection) + "/" + op.name().toLowerCase(Locale.ROOT);
        try {
            Answer answer = proxy.post(path, body(id, op));
            if (answer.status() >= 500) {
                unanswered++;
                return Told.UNKNOWN;
            }
            answer.expect(op.success);
            acknowledged++;
            return Told.DONE;
        } catch (UncheckedIOException broken) {
            if (broken.getCause() instanceof ConnectException) {
                return Told.NEVER_SENT;
            }
            unanswered++;
            return Told.UNKNOWN;
        }
    }

    private ObjectNode body(String id, Op op) {
        if (op == Op.DELETE) {
            return Json.object("ids", Json.array(id));
        }
        return Json.object(
                "ids", Json.array(id),
                "embeddings", Json.array(Json.array(writer, version)),
                "documents", Json.array("v" + version),
                "metadatas", Json.array(Json.object("version", version)));
    }

    /** The version if all parts of the record agree on one: a mixture is no version at all. */
    private static int versionOf(JsonNode record) {
        int version = record.path("metadata").path("version").asInt(Integer.MIN_VALUE);
        boolean whole = record.path("document").asText().equals("v" + version)
                && record.path("embedding").path(1).asInt(Integer.MIN_VALUE) == version;
        return whole ? version : Integer.MIN_VALUE;
    }
}
