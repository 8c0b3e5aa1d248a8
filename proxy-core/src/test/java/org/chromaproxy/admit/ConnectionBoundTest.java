package org.chromaproxy.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who gets a place, and who gives way. */
class ConnectionBoundTest {
    private static final int LIMIT = 16;
    private static final int SHARE = 14;

    private final AtomicLong nanos = new AtomicLong(-5);
    private final ConnectionBound bound = new ConnectionBound(LIMIT, nanos::get);
    private final List<String> shed = new ArrayList<>();

    private ConnectionBound.Place enter(String address, String name) {
        return bound.enter(address, () -> shed.add(name)).orElseThrow();
    }

    private void fill(String address, int count) {
        for (int i = 1; i <= count; i++) {
            assertFalse(enter(address, address + i).probesOnly());
        }
    }

    @Test
    void anAddressWithFewerGetsThePlaceOfTheNewestOfTheOneWithTheMost() {
        fill("a", 10);
        fill("b", 6);
        assertFalse(enter("c", "c1").probesOnly());
        assertEquals(List.of("a10"), shed);
        assertEquals(LIMIT, bound.open());
        assertEquals(1, bound.shed());
    }

    @Test
    void oneAtWorkKeepsItsPlace() {
        fill("b", 2);
        for (int i = 0; i < SHARE; i++) {
            enter("a", "a" + i).working(i > 0);
        }
        assertFalse(enter("c", "c1").probesOnly());
        assertEquals(List.of("a0"), shed);
        assertTrue(enter("d", "d1").probesOnly());
        assertEquals(1, bound.probesOnly());
    }

    @Test
    void anAddressNeverHasAllPlacesAndGivesUpItsOwn() {
        fill("a", SHARE);
        assertTrue(enter("a", "young").probesOnly());
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
        assertFalse(enter("a", "late").probesOnly());
        assertEquals(List.of("a14"), shed);
        assertFalse(enter("b", "b1").probesOnly());
        assertEquals(List.of("a14"), shed);
    }

    @Test
    void placesComeBackOnce() {
        fill("a", SHARE - 1);
        ConnectionBound.Place last = enter("a", "last");
        last.leave();
        last.leave();
        assertEquals(SHARE - 1, bound.open());
        assertFalse(enter("a", "again").probesOnly());
        assertEquals(List.of(), shed);
    }

    @Test
    void thoseForTheProbesAreFewAndTheOldestOfTheAddressWithTheMostGivesWay() {
        fill("a", SHARE);
        assertTrue(enter("a", "first").probesOnly());
        for (int i = 1; i < ConnectionBound.PROBES; i++) {
            enter("a", "a");
        }
        assertEquals(List.of(), shed);
        enter("a", "beyond");
        assertEquals(List.of("first"), shed);
        assertEquals(ConnectionBound.PROBES, bound.probesOnly());
        assertEquals(ConnectionBound.PROBES + 1, bound.beyond());
    }

    @Test
    void whereEveryOneIsAtWorkTheNextIsClosed() {
        fill("a", SHARE);
        for (int i = 0; i < ConnectionBound.PROBES; i++) {
            enter("a", "a").working(true);
        }
        assertTrue(bound.enter("a", () -> {}).isEmpty());
        assertEquals(1, bound.refused());
        assertEquals(List.of(), shed);
    }
}
