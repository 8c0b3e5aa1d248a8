package org.chromaproxy.admin.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RotationTest {
    private final Rotation rotation = new Rotation(2, 3, 5);
    private final List<String> begun = new ArrayList<>();

    private boolean ask(String who, int number) {
        return rotation.take(who, () -> begun.add(who + number));
    }

    @Test
    void soManyBeginAtOnceAndTheOthersWhenAPlaceIsFree() {
        ask("a", 1);
        ask("a", 2);
        ask("a", 3);
        assertEquals(List.of("a1", "a2"), begun);
        rotation.free();
        assertEquals(List.of("a1", "a2", "a3"), begun);
    }

    @Test
    void whoAsksForMuchKeepsAnotherWaitingForOneOfItOnly() {
        for (int i = 1; i <= 5; i++) {
            ask("a", i);
        }
        ask("b", 1);
        rotation.free();
        rotation.free();
        rotation.free();
        assertEquals(List.of("a1", "a2", "a3", "b1", "a4"), begun);
    }

    @Test
    void whatWaitsIsBoundedOfEachAndOfAll() {
        for (int i = 1; i <= 5; i++) {
            assertTrue(ask("a", i));
        }
        assertFalse(ask("a", 6), "three of one wait");
        assertTrue(ask("b", 1));
        assertTrue(ask("c", 1));
        assertFalse(ask("d", 1), "five of all wait");
        assertEquals(2, begun.size());
    }

    @Test
    void placesThatNobodyWaitsForAreFree() {
        ask("a", 1);
        ask("a", 2);
        rotation.free();
        rotation.free();
        ask("b", 1);
        ask("b", 2);
        assertEquals(List.of("a1", "a2", "b1", "b2"), begun);
    }
}
