package org.chromaproxy.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

/** What the judge takes for possible when records were given up. */
class PossibleStatesTest {
    private static final int GIVEN_UP = 7;

    /** Seed 3651 of ded0643 had 36 states, the judge looked at 32, and took a read of one of the others for wrong. */
    @Test
    void recordsThatWereGivenUpLeaveEveryStateInWhichAnyOfThemTookEffect() {
        PossibleStates states = PossibleStates.ofNothing();
        for (int i = 0; i < GIVEN_UP; i++) {
            states = states.next(OpKind.UPSERT, writing("r" + i, 2), true);
        }

        assertEquals(1 << GIVEN_UP, states.contents().size());
        for (int took = 0; took < 1 << GIVEN_UP; took++) {
            Map<String, String> content = new TreeMap<>();
            for (int i = 0; i < GIVEN_UP; i++) {
                if ((took >> i & 1) == 1) {
                    content.put("r" + i, "{embedding=[1,1]}");
                }
            }
            assertTrue(states.contains(content), content.toString());
        }
        assertFalse(states.contains(Map.of("r0", "{embedding=[1,2]}")));
    }

    @Test
    void oneThatWasWrittenBehindThemStandsInAllStates() {
        PossibleStates states = PossibleStates.ofNothing()
                .next(OpKind.UPSERT, writing("r0", 2), true)
                .next(OpKind.UPSERT, writing("r1", 2), false)
                .next(OpKind.DELETE, ModelCollection.parse(bytes("{\"ids\":[\"r0\"]}")), false);

        assertEquals(List.of(Map.of("r1", "{embedding=[1,1]}")), states.contents());
    }

    /** An add with three numbers counts as done: the one with two, given up before it, had no effect, or it would have been refused. */
    @Test
    void aStateThatWouldHaveRefusedWhatWasDoneWasNone() {
        PossibleStates states = PossibleStates.ofNothing().next(OpKind.ADD, writing("r0", 2), true);
        PossibleStates after = states.next(OpKind.ADD, writing("r1", 3), false);

        assertEquals(2, states.contents().size());
        assertEquals(Set.of("r1"), new TreeSet<>(after.contents().getFirst().keySet()));
        assertEquals(1, after.contents().size());
        assertTrue(after.next(OpKind.ADD, writing("r2", 2), false).isEmpty());
    }

    private static JsonNode writing(String id, int dimension) {
        String embedding = "1" + ",1".repeat(dimension - 1);
        return ModelCollection.parse(bytes("{\"ids\":[\"" + id + "\"],\"embeddings\":[[" + embedding + "]]}"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
