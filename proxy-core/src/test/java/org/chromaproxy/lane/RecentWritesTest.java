package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.chromaproxy.scan.Footprint;
import org.junit.jupiter.api.Test;

class RecentWritesTest {
    private final RecentWrites writes = new RecentWrites();

    private static Footprint ids(int count, String tag) {
        return new Footprint.Ids(
                IntStream.range(0, count).mapToObj(i -> tag + i).toList());
    }

    private List<Footprint> drained(long witnessed) {
        List<Footprint> suspects = new ArrayList<>();
        writes.missing(witnessed, suspects::add);
        return suspects;
    }

    @Test
    void whatWasAppliedBeforeAWitnessWasSentIsForgottenOnceThatIsKnown() {
        writes.add(0, ids(1, "a"), 0);
        writes.add(5, ids(1, "b"), 0);
        assertFalse(writes.none(0));
        assertEquals(List.of(ids(1, "b")), drained(5), "the other was answered before 5 was sent");
    }

    @Test
    void whatIsAppliedWhileAWitnessIsOnItsWayMayBeLater() {
        writes.add(5, ids(1, "a"), 5);
        assertFalse(writes.none(5));
        assertTrue(writes.none(6));
        assertEquals(List.of(), drained(6));
    }

    @Test
    void tooManyToKeepAreTheWholeCollection() {
        writes.add(3, ids(15_000, "a"), 0);
        writes.add(4, ids(15_000, "b"), 0);
        assertFalse(writes.none(3));
        List<Footprint> suspects = drained(3);
        assertInstanceOf(Footprint.Everything.class, suspects.getFirst());
        assertEquals(2, suspects.size());
        assertFalse(writes.none(4));
        assertTrue(writes.none(5));
    }

    /** A process that is killed leaves what it wrote to its machine, which may lose it the next time. */
    @Test
    void whatAServerCameBackWithItMayLoseTheNextTime() {
        writes.add(3, ids(1, "a"), 0);
        assertEquals(List.of(ids(1, "a")), drained(3));
        assertEquals(List.of(ids(1, "a")), drained(3));
        assertEquals(List.of(), drained(4));
    }

    @Test
    void theWholeCollectionIsForgottenToo() {
        writes.add(3, ids(15_000, "a"), 0);
        writes.add(3, ids(15_000, "b"), 0);
        assertTrue(writes.none(4));
        assertEquals(List.of(), drained(4));
    }

    @Test
    void nothingIsSuspectAtFirst() {
        assertTrue(writes.none(0));
        assertEquals(List.of(), drained(0));
        assertEquals(Set.of(), Set.copyOf(drained(7)));
    }
}
