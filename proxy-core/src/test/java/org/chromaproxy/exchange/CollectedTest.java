package org.chromaproxy.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.MemoryShare;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.admit.Principals;
import org.chromaproxy.http.ProxyError;
import org.junit.jupiter.api.Test;

/** One principal cannot hold all of the memory for answers that are put together, and what is closed holds nothing. */
class CollectedTest {
    private static final long ALL = 8_000;

    private final MemoryBudget memory = MemoryBudget.ofEach(ALL);
    private final MemoryShare share = memory.of(MemoryBudget.Kind.COLLECTED);
    private final Principals principals = Principals.unbounded();

    private Collected of(String name) {
        PrincipalUse use = principals.of(name, Map.of(), "");
        return new Collected(memory, use);
    }

    @Test
    void onePrincipalLeavesAnEighthToOthers() {
        Collected first = of("a");
        Collected second = of("a");
        Collected other = of("b");
        assertTrue(first.reserve(5_000));
        assertTrue(second.reserve(2_000));
        assertFalse(second.reserve(1));
        assertTrue(second.refused());
        assertEquals(ProxyError.PRINCIPAL_ANSWER_MEMORY, second.refusal());
        assertTrue(other.reserve(1_000));
        assertFalse(other.reserve(1));
        assertEquals(ProxyError.OUT_OF_ANSWER_MEMORY, other.refusal());
        first.close();
        assertTrue(other.reserve(1));
        second.close();
        other.close();
        assertEquals(0, share.used());
        assertTrue(of("a").reserve(7_000), "what was refused was not counted");
    }

    @Test
    void whatIsClosedHoldsNothingAndTakesNoMore() {
        Collected closed = of("a");
        assertTrue(closed.reserve(3_000));
        closed.release(1_000);
        assertEquals(2_000, share.used());
        closed.close();
        closed.close();
        closed.release(500);
        assertFalse(closed.reserve(1));
        assertEquals(0, share.used());
        assertTrue(of("a").reserve(7_000));
    }
}
