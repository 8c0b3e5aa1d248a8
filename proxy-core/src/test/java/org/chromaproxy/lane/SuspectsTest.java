package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.chromaproxy.scan.Footprint;
import org.junit.jupiter.api.Test;

class SuspectsTest {
    private final Suspects suspects = new Suspects();

    private static Footprint ids(String... ids) {
        return new Footprint.Ids(List.of(ids));
    }

    private static Footprint many(int from, int to) {
        return new Footprint.Ids(
                IntStream.range(from, to).mapToObj(i -> "r" + i).toList());
    }

    private Set<String> named() {
        return Set.copyOf(assertInstanceOf(Footprint.Ids.class, suspects.all()).ids());
    }

    @Test
    void nothingIsSuspectAtFirst() {
        assertTrue(suspects.none());
        assertFalse(suspects.mayLack());
        assertEquals(Set.of(), named());
    }

    @Test
    void whatWritesNameIsSuspectTogetherAndOnce() {
        suspects.add(ids("a", "b"));
        suspects.add(ids("b", "c"));
        assertFalse(suspects.none());
        assertEquals(Set.of("a", "b", "c"), named());
        assertEquals(3, suspects.all().records());
    }

    @Test
    void aWriteThatNamesNothingMakesNothingSuspect() {
        suspects.add(ids());
        assertTrue(suspects.none());
    }

    @Test
    void aWriteWhoseIdsAreNotKnownMakesTheWholeCollectionSuspectForGood() {
        suspects.add(ids("a"));
        suspects.add(new Footprint.Everything("a filter"));
        suspects.add(ids("b"));
        assertFalse(suspects.none());
        assertInstanceOf(Footprint.Everything.class, suspects.all());
    }

    @Test
    void namesOfTheCatalogAreNoIdsOfRecords() {
        suspects.add(new Footprint.Names(Set.of("t/d/c"), Set.of("t/d")));
        assertInstanceOf(Footprint.Everything.class, suspects.all());
    }

    @Test
    void tooManyToKeepAreTheWholeCollection() {
        suspects.add(many(0, 10_000));
        assertEquals(10_000, named().size());
        suspects.add(many(9_999, 10_001));
        assertInstanceOf(Footprint.Everything.class, suspects.all());
        assertFalse(suspects.none());
    }

    /** One that has only still to be sent something will have all; one that lost what it answered will not. */
    @Test
    void onlyWhatWasAnsweredAndMayBeLostIsWhatItMayLack() {
        suspects.add(ids("a"));
        assertFalse(suspects.mayLack());
        suspects.addLost(ids("b"));
        assertTrue(suspects.mayLack());
        assertEquals(Set.of("a", "b"), named());
        suspects.add(ids("c"));
        assertTrue(suspects.mayLack(), "what comes later changes nothing about that");
    }

    @Test
    void onceComparedNothingIsSuspectNorLost() {
        suspects.addLost(new Footprint.Everything("much"));
        suspects.clear();
        assertTrue(suspects.none());
        assertFalse(suspects.mayLack());
        suspects.add(ids("a"));
        assertEquals(Set.of("a"), named());
    }

    /** A delete of nothing: a flag that nothing ever took back would make the next one that is in doubt lead in its place. */
    @Test
    void whatNamesNothingLeavesNothingThatMayLack() {
        suspects.addLost(ids());
        assertTrue(suspects.none());
        assertFalse(suspects.mayLack());
        suspects.addLost(ids("a"));
        assertTrue(suspects.mayLack());
    }

    @Test
    void oneThatIsOnlyStillToBeSentSomethingLacksNothingForADeleteOfNothing() {
        suspects.add(ids("a"));
        suspects.addLost(ids());
        assertFalse(suspects.mayLack());
    }
}
