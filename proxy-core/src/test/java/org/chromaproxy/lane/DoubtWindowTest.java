package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.chromaproxy.scan.Footprint;
import org.junit.jupiter.api.Test;

/** What commutes with all that was sent since the durable cursor. */
class DoubtWindowTest {
    private static final Footprint ALL = new Footprint.Everything("a test");

    private final DoubtWindow window = new DoubtWindow();

    private static Footprint changes(String changed, String... containers) {
        return new Footprint.Names(Set.of(changed), Set.of(containers));
    }

    @Test
    void namesThatLieInOneContainerCommute() {
        window.sending(1, changes("t/d/a", "t", "t/d"));
        assertTrue(window.admits(changes("t/d/b", "t", "t/d")));
        assertFalse(window.admits(changes("t/d/a", "t", "t/d")));
    }

    @Test
    void aContainerConflictsWithItsContentsWhicheverIsFirst() {
        window.sending(1, changes("t/d/a", "t", "t/d"));
        window.sending(2, changes("t/d/b", "t", "t/d"));
        assertFalse(window.admits(changes("t/d", "t")));
        assertFalse(window.admits(changes("t")));
        assertTrue(window.admits(changes("t/e", "t")));
        window.durable(1);
        assertFalse(window.admits(changes("t/d", "t")));
        window.durable(2);
        assertTrue(window.admits(changes("t/d", "t")));
        window.sending(3, changes("t/d", "t"));
        assertFalse(window.admits(changes("t/d/a", "t", "t/d")));
        assertTrue(window.admits(changes("t/e/a", "t", "t/e")));
    }

    @Test
    void whateverIsNotUnderstoodConflictsWithNamesEitherWay() {
        window.sending(1, changes("t/d/a", "t", "t/d"));
        assertFalse(window.admits(ALL));
        window.durable(1);
        assertTrue(window.admits(ALL));
        window.sending(2, ALL);
        assertFalse(window.admits(changes("t/d/a", "t", "t/d")));
    }

    @Test
    void aRecordThatWasSentIsHeldAndCountedOnceUntilItIsDurable() {
        window.sending(5, changes("t/d/a", "t", "t/d"));
        window.sending(5, changes("t/d/a", "t", "t/d"));
        assertTrue(window.holds(5));
        assertFalse(window.holds(4));
        window.durable(5);
        assertFalse(window.holds(5));
        assertTrue(window.admits(changes("t/d", "t")));
    }

    @Test
    void recordsOfOtherIdsCommute() {
        window.sending(1, new Footprint.Ids(List.of("a", "b", "a")));
        assertFalse(window.admits(new Footprint.Ids(List.of("c", "b"))));
        assertTrue(window.admits(new Footprint.Ids(List.of("c"))));
        window.durable(1);
        assertTrue(window.admits(new Footprint.Ids(List.of("b"))));
    }
}
