package org.chromaproxy.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.PrincipalLimits;
import org.junit.jupiter.api.Test;

class PrincipalsTest {
    private final AtomicLong clock = new AtomicLong();

    private Principals principals(Map<PrincipalLimit, Long> limits) {
        return new Principals(PrincipalLimits.of(limits), clock::get);
    }

    @Test
    void bytesThatWaitAreBoundedButOneLargeWriteByItselfIsNot() {
        PrincipalUse use = principals(Map.of(PrincipalLimit.PENDING, 100L)).of("a", Map.of(), "");
        assertTrue(use.pend(500));
        assertFalse(use.pend(1));
        use.settle(500);
        assertTrue(use.pend(60));
        assertTrue(use.pend(40));
        assertFalse(use.pend(1));
        assertEquals(100, use.used(PrincipalLimit.PENDING));
        assertEquals(2, use.refused(PrincipalLimit.PENDING));
    }

    @Test
    void suspectedWritesSuspendUntilTheyAreThrough() {
        PrincipalUse use = principals(Map.of(PrincipalLimit.FAULTS, 2L)).of("a", Map.of(), "");
        use.suspect();
        assertFalse(use.suspended());
        use.suspect();
        assertTrue(use.suspended());
        use.cleared();
        assertFalse(use.suspended());
        assertEquals(1, use.refused(PrincipalLimit.FAULTS));
    }

    @Test
    void deadLettersBarUntilTheyAreWornOff() {
        PrincipalUse use = principals(Map.of(PrincipalLimit.DEAD_LETTERS, 3L)).of("a", Map.of(), "");
        for (int i = 0; i < 3; i++) {
            assertFalse(use.barred());
            use.deadLetter(1);
        }
        assertTrue(use.barred());
        clock.addAndGet(TimeUnit.SECONDS.toNanos(9));
        assertTrue(use.barred());
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertFalse(use.barred());
        use.deadLetter(1);
        assertTrue(use.barred(), "one more, not three");
        assertEquals(4, use.used(PrincipalLimit.DEAD_LETTERS));
    }

    @Test
    void limitsChangeLiveAndATokensOwnGoBeforeThem() {
        Principals principals = principals(Map.of(PrincipalLimit.WAITS, 1L));
        PrincipalUse use = principals.of("a", Map.of(), "");
        assertTrue(use.hold());
        assertFalse(use.hold());
        principals.change(PrincipalLimits.of(Map.of(PrincipalLimit.WAITS, 2L)));
        assertSame(use, principals.of("a", Map.of(), ""));
        assertTrue(use.hold());
        assertFalse(use.hold());
        principals.of("a", Map.of(PrincipalLimit.WAITS, 3L), "");
        assertTrue(use.hold());
        assertFalse(use.hold());
        principals.of("a", Map.of(PrincipalLimit.WAITS, 0L), "");
        assertTrue(use.hold(), "0: no bound");
        assertEquals(4, use.used(PrincipalLimit.WAITS));
    }

    @Test
    void tokensAndAddressesAreToldApartAndTheTableOfAddressesIsBounded() {
        Principals principals = principals(Map.of());
        assertNotSame(principals.of("", Map.of(), "10.0.0.1"), principals.of("10.0.0.1", Map.of(), "10.0.0.1"));
        assertSame(principals.of("a", Map.of(), "10.0.0.1"), principals.of("a", Map.of(), "10.0.0.2"));
        PrincipalUse busy = principals.of("", Map.of(), "busy");
        assertTrue(busy.hold());
        for (int i = 0; i < 3 * Principals.REMEMBERED; i++) {
            principals.of("", Map.of(), "idle-" + i);
        }
        assertTrue(principals.all().count() <= Principals.REMEMBERED + 3);
        assertSame(busy, principals.of("", Map.of(), "busy"), "who uses something is not forgotten");
        for (int i = 0; i < 2 * Principals.REMEMBERED; i++) {
            assertTrue(principals.of("", Map.of(), "busy-" + i).hold());
        }
        assertTrue(principals.all().count() <= Principals.REMEMBERED + 3);
        assertSame(principals.of("", Map.of(), "new-1"), principals.of("", Map.of(), "new-2"), "the rest share one");
        assertEquals(
                List.of("other addresses"),
                principals.busiest(1).stream().map(PrincipalUse::name).toList());
    }
}
