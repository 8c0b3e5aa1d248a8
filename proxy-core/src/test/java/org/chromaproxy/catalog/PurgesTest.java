package org.chromaproxy.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.junit.jupiter.api.Test;

/** What is left of deleted collections on instances. */
class PurgesTest {
    private final Instance instance = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final Purges purges = new Purges();

    private Change.Purge purge(UUID id) {
        return new Change.Purge(instance.name(), id, new Mapping.Path("t", "d", Purges.PREFIX + id));
    }

    /** A list that was read before shows it, and whoever looks at the list afterwards must not take it for somebody else's. */
    @Test
    void oneThatHasJustEndedWasNobodyElses() {
        UUID id = new UUID(1, 1);
        purges.add(purge(id));
        assertTrue(purges.held(instance, id));

        purges.remove(instance.name(), id);

        assertTrue(purges.held(instance, id));
        assertEquals(List.of(), purges.of(instance), "and there is nothing to do for it");
        assertFalse(purges.held(instance, new UUID(1, 2)));
    }

    @Test
    void onlySoManyThatEndedAreRemembered() {
        for (int i = 0; i < 5_000; i++) {
            purges.remove(instance.name(), new UUID(2, i));
        }
        assertFalse(purges.held(instance, new UUID(2, 0)));
        assertTrue(purges.held(instance, new UUID(2, 4_999)));
    }
}
