package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.wal.record.OpKind;

/**
 * What a collection may hold behind one record: one state, or several where records were given up, which may have taken effect. None
 * of them is ever left out, as a server may show any.
 */
final class PossibleStates {
    /** What tells one state from another. */
    private record Key(Map<String, String> content, int dimension) {}

    private final Map<Key, ModelCollection> states;

    private PossibleStates(Map<Key, ModelCollection> states) {
        this.states = states;
    }

    /** Those of a collection that was just made. */
    static PossibleStates ofNothing() {
        Map<Key, ModelCollection> one = new LinkedHashMap<>();
        put(one, new ModelCollection());
        return new PossibleStates(one);
    }

    private static void put(Map<Key, ModelCollection> states, ModelCollection state) {
        states.put(new Key(state.content(), state.dimension()), state);
    }

    /**
     * Those behind one more record.
     *
     * @param perhaps whether it was given up: it may have taken effect or not
     * @return empty if every one of these states would refuse a record that took effect
     */
    PossibleStates next(OpKind kind, JsonNode body, boolean perhaps) {
        Map<Key, ModelCollection> after = new LinkedHashMap<>();
        for (ModelCollection state : states.values()) {
            // A state in which it would be refused was none: what was given up before had, or had not, its effect.
            if (!state.refuses(kind, body)) {
                ModelCollection applied = state.copy();
                applied.execute(kind, body);
                put(after, applied);
            }
            if (perhaps) {
                put(after, state);
            }
        }
        return new PossibleStates(after);
    }

    boolean isEmpty() {
        return states.isEmpty();
    }

    /** Whether one of them holds that. */
    boolean contains(Map<String, String> content) {
        for (ModelCollection state : states.values()) {
            if (state.content().equals(content)) {
                return true;
            }
        }
        return false;
    }

    /** What each of them holds. */
    List<Map<String, String>> contents() {
        return states.values().stream().map(ModelCollection::content).toList();
    }
}
