package org.chromaproxy.exchange.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Set;
import org.chromaproxy.instance.Instance;
import org.junit.jupiter.api.Test;

class ReadTriesTest {
    private static final int MAX_FAILURES = 14;

    private final Instance instance = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final ReadTries tries = new ReadTries();

    @Test
    void aReadThatFailsEverywhereSoOftenFailsByItself() {
        for (int i = 0; i < MAX_FAILURES; i++) {
            assertTrue(tries.more());
            tries.failure(instance);
        }

        assertFalse(tries.more());
    }

    @Test
    void whatAServersDiskFailedOrNobodyHeardIsNotTheReadsFault() {
        for (int i = 0; i <= MAX_FAILURES; i++) {
            tries.ailment(instance);
            tries.unreachable(instance);
        }

        assertTrue(tries.more());
    }

    @Test
    void eachRoundWaitsLongerUpToABoundAndAsksEverybodyAgain() {
        assertEquals(20, tries.again());
        tries.ailment(instance);
        assertEquals(Set.of(instance), tries.failed());
        assertEquals(40, tries.again());
        assertEquals(Set.of(), tries.failed());
        assertEquals(Set.of(instance), tries.ailing());

        for (int i = 0; i < MAX_FAILURES; i++) {
            tries.failure(instance);
        }
        assertEquals(500, tries.again());
        assertEquals(Set.of(), tries.ailing());
    }
}
