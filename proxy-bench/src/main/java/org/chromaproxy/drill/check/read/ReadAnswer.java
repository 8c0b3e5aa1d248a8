package org.chromaproxy.drill.check.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.model.CollectionState;
import org.chromaproxy.drill.model.StoredRecord;
import org.chromaproxy.drill.model.Timeline;
import org.chromaproxy.drill.rule.Case;

/** What a read was told, to be held against the states of its collection. */
final class ReadAnswer {
    private final Kind kind;
    private final JsonNode request;
    private final Attempt told;
    private final JsonNode body;

    private ReadAnswer(Kind kind, JsonNode request, Attempt told, JsonNode body) {
        this.kind = kind;
        this.request = request;
        this.told = told;
        this.body = body;
    }

    static ReadAnswer of(Operation read, Attempt told) {
        return new ReadAnswer(read.kind(), Case.json(read.request().body()), told, Case.json(told.body()));
    }

    /** Whether this is the answer that state gives. */
    boolean shows(CollectionState state) {
        if (told.status() != 200) {
            return false;
        }
        return switch (kind) {
            case COUNT -> body.asInt(-1) == state.records().size();
            case QUERY ->
                state.records().keySet().containsAll(queried()) && queried().size() == wanted(state);
            default -> got().equals(expectedRecords(state));
        };
    }

    /** A query reads its index first and the records after: beside writes it may mix positions, but invent nothing. */
    boolean mayMix(List<Timeline.Version> window) {
        if (kind != Kind.QUERY || told.status() != 200 || window.size() < 2) {
            return false;
        }
        Set<String> ever = new HashSet<>();
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (Timeline.Version version : window) {
            ever.addAll(version.state().records().keySet());
            least = Math.min(least, wanted(version.state()));
            most = Math.max(most, wanted(version.state()));
        }
        int found = queried().size();
        return ever.containsAll(queried()) && found >= least - window.size() && found <= most;
    }

    /** What that state would have answered, for messages. */
    String expected(CollectionState state) {
        return switch (kind) {
            case COUNT -> Integer.toString(state.records().size());
            case QUERY -> wanted(state) + " of " + state.records().keySet();
            default -> new TreeMap<>(expectedRecords(state)).toString();
        };
    }

    private int wanted(CollectionState state) {
        return Math.min(request.path("n_results").asInt(), state.records().size());
    }

    private Set<String> queried() {
        Set<String> ids = new HashSet<>();
        body.path("ids").path(0).forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private Map<String, StoredRecord> got() {
        Map<String, StoredRecord> got = new HashMap<>();
        for (int i = 0; i < body.path("ids").size(); i++) {
            got.put(
                    body.path("ids").path(i).asText(),
                    StoredRecord.of(
                            body.path("documents").path(i),
                            body.path("metadatas").path(i),
                            MissingNode.getInstance()));
        }
        return got;
    }

    private Map<String, StoredRecord> expectedRecords(CollectionState state) {
        Map<String, StoredRecord> expected = new HashMap<>();
        for (String id : state.selected(request)) {
            StoredRecord stored = state.records().get(id);
            if (stored != null) {
                expected.put(id, new StoredRecord(stored.document(), stored.metadata(), List.of()));
            }
        }
        return expected;
    }
}
