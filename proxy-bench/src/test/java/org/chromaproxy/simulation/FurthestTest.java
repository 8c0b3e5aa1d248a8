package org.chromaproxy.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What was known at each moment. */
class FurthestTest {
    @Test
    void theGreatestOfAllThatWasToldByThenIsKnown() {
        Furthest furthest = new Furthest();
        furthest.add(10, 3);
        furthest.add(20, 7);
        furthest.add(20, 5);
        furthest.add(30, 6);

        assertEquals(0, furthest.at(9));
        assertEquals(3, furthest.at(10));
        assertEquals(3, furthest.at(19));
        assertEquals(7, furthest.at(20));
        assertEquals(7, furthest.at(40));
    }
}
