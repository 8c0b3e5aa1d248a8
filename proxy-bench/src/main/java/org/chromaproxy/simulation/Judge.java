package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;

/** Sees all that happens, keeps it for whoever has to understand it, and says at once what must not be. */
final class Judge implements ServerObserver {
    /** The names of operations: a metadata field of records written, and the beginning of an id in deletes. */
    static final String OPERATION = "op";

    /**
     * A client was told of its write.
     *
     * @param owner how many had begun by then
     */
    record Told(UUID lane, long lsn, int status, long atNanos, int owner) {}

    /** A client has read a collection whole. */
    record Seen(
            UUID collection, String server, long fromNanos, long toNanos, long lastLsn, Map<String, String> content) {}

    /** A collection on a server. */
    private record Where(String server, UUID instanceId) {}

    private final Timeline time;
    private final boolean keeps;
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Long> committed = new HashMap<>();
    private final Map<Where, Long> furthest = new HashMap<>();
    private final Map<Where, Set<String>> executed = new HashMap<>();
    private final List<Told> told = new ArrayList<>();
    private final List<Seen> seen = new ArrayList<>();
    private final Map<Long, Integer> givenUp = new HashMap<>();
    private @Nullable World world;
    private int faults;
    private int owners;

    /** @param keeps whether somebody will read what happened */
    Judge(Timeline time, boolean keeps) {
        this.time = time;
        this.keeps = keeps;
    }

    /** @param what told at once, and only if it is kept */
    void note(Supplier<String> what) {
        if (keeps) {
            notes.add(String.format(Locale.ROOT, "%12.3f ms  %s", time.elapsedMs(), what.get()));
        }
    }

    /** The same of something that the seed does to the proxy or its servers. */
    void fault(String what) {
        faults++;
        note(() -> "-- " + what);
    }

    int faults() {
        return faults;
    }

    List<String> notes() {
        return notes;
    }

    void committed(LogRecord record) {
        note(() -> "committed " + record.lsn() + " " + record.content().kind() + " "
                + record.content().subject().name() + " "
                + new String(record.content().request().body(), java.nio.charset.StandardCharsets.UTF_8));
        if (!record.content().kind().catalog()) {
            for (String operation : operations(Objects.requireNonNull(world)
                    .bodies()
                    .tree(record.content().request().body()))) {
                committed.put(operation, record.lsn());
            }
        }
    }

    /** A server executes a catalog request. */
    @Override
    public void executes(ModelServer server, UpstreamRequest request) {
        note(() -> server + " executes " + request.method() + " " + request.uri());
    }

    /** A server executes a write of records: it is committed, and nothing later was executed there before it. */
    @Override
    public void executes(ModelServer server, UUID instanceId, UpstreamRequest request, JsonNode body) {
        Map<Long, String> inOrder = new TreeMap<>();
        for (String operation : operations(body)) {
            Long lsn = committed.get(operation);
            if (lsn == null) {
                throw new Violation(server + " executes " + operation + ", which is not in the log: " + request.uri());
            }
            inOrder.put(lsn, operation);
        }
        note(() -> server + " executes " + inOrder + " " + request.uri().replaceAll(".*/", ""));
        Where where = new Where(server.name(), instanceId);
        Set<String> before = executed.computeIfAbsent(where, _ -> new HashSet<>());
        inOrder.forEach((lsn, operation) -> {
            if (before.add(operation)) {
                long last = furthest.getOrDefault(where, 0L);
                if (lsn < last) {
                    throw new Violation(server + " executes record " + lsn + " for the first time behind " + last);
                }
                furthest.put(where, lsn);
            }
        });
    }

    /** Called once, before anything happens. */
    void watch(World whole) {
        world = whole;
    }

    /**
     * A server deletes a collection: what its lane there has passed is behind the durable cursor, or durably has no effect. Else the next
     * owner, which begins at the cursor, sends again what finds no collection any more, and the deletion waits for that.
     */
    @Override
    public void deletes(ModelServer server, UUID instanceId) {
        World whole = Objects.requireNonNull(world);
        Life life = Objects.requireNonNull(whole.life());
        for (Mapping mapping : whole.log().mappings()) {
            Mapping.Place place = mapping.places().get(server.name());
            if (place != null && place.instanceId().equals(instanceId)) {
                long durable = whole.log().cursor(mapping.publicId(), server.name());
                long passed = life.lanes()
                        .standing(mapping.publicId())
                        .map(group -> group.gate().applied(whole.servers().indexOf(server)))
                        .orElse(0L);
                boolean again =
                        whole.log().page(mapping.publicId(), durable, Integer.MAX_VALUE, Long.MAX_VALUE).stream()
                                .filter(each -> each.record().lsn() <= passed)
                                .anyMatch(each -> each.outcome()
                                        .filter(outcome -> outcome.state() == TransactionState.FAILED
                                                || outcome.state() == TransactionState.ABANDONED)
                                        .isEmpty());
                if (again) {
                    throw new Violation(server + " deletes a collection whose lane has passed record " + passed
                            + ", and its durable cursor is at " + durable);
                }
            }
        }
    }

    private static Set<String> operations(JsonNode body) {
        Set<String> found = new HashSet<>();
        for (JsonNode metadata : body.path("metadatas")) {
            String operation = metadata.path(OPERATION).asText();
            if (!operation.isEmpty()) {
                found.add(operation);
            }
        }
        for (JsonNode id : body.path("ids")) {
            if (id.asText().startsWith(OPERATION)) {
                found.add(id.asText());
            }
        }
        return found;
    }

    void told(UUID lane, long lsn, int status) {
        note(() -> "record " + lsn + " is answered " + status);
        told.add(new Told(lane, lsn, status, time.nanoTime(), owners));
    }

    /** Another process owns the log from now on. */
    void begins(String what) {
        owners++;
        note(() -> what);
    }

    /** The log holds that a record is given up. */
    void givenUp(long lsn) {
        note(() -> "record " + lsn + " is given up");
        givenUp.put(lsn, owners);
    }

    /**
     * Whether it was given up by a later owner than the one that had told its client that it was done, and died before that was
     * durable.
     */
    boolean givenUpLater(Told what) {
        return givenUp.getOrDefault(what.lsn(), 0) > what.owner();
    }

    void seen(Seen what) {
        note(() -> "read of " + what.server() + ": " + what.content());
        seen.add(what);
    }

    List<Told> told() {
        return told;
    }

    List<Seen> seen() {
        return seen;
    }
}
