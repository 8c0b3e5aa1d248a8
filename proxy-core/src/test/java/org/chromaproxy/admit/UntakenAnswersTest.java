package org.chromaproxy.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who loses its connection where answers that nobody takes use up the memory. */
class UntakenAnswersTest {
    private static final int LIMIT = 1_000;

    private final MemoryShare share = new MemoryShare(LIMIT);
    private final UntakenAnswers memory = new UntakenAnswers(share);
    private final List<String> ended = new ArrayList<>();

    private UntakenAnswers.Holder holder(String address, String name) {
        return memory.holder(address, () -> ended.add(name));
    }

    @Test
    void theAddressWithTheMostLosesTheOneThatWaitsForLongest() {
        for (int i = 0; i < 9; i++) {
            assertTrue(holder("hostile", "hostile " + i).hold(100));
        }
        UntakenAnswers.Holder honest = holder("honest", "honest");
        assertTrue(honest.hold(100));
        assertTrue(honest.hold(250));
        assertEquals(List.of("hostile 0", "hostile 1"), ended);
        assertEquals(950, share.used());
        honest.hold(0);
        assertEquals(700, share.used());
    }

    @Test
    void whoIsAloneAndHoldsTooMuchEnds() {
        UntakenAnswers.Holder alone = holder("alone", "alone");
        assertTrue(alone.hold(LIMIT));
        assertFalse(alone.hold(LIMIT + 1));
        assertEquals(List.of("alone"), ended);
        assertEquals(0, share.used());
    }

    @Test
    void whoHasEndedHoldsNothingMore() {
        UntakenAnswers.Holder first = holder("hostile", "first");
        first.hold(LIMIT);
        assertTrue(holder("honest", "honest").hold(1));
        assertFalse(first.hold(10));
        assertTrue(first.hold(0));
        assertEquals(1, share.used());
    }

    @Test
    void whatIsTakenIsGivenBack() {
        UntakenAnswers.Holder one = holder("a", "a");
        one.hold(500);
        one.hold(20);
        assertEquals(20, share.used());
        one.hold(0);
        assertEquals(0, share.used());
        assertTrue(holder("b", "b").hold(LIMIT));
        assertEquals(List.of(), ended);
    }
}
