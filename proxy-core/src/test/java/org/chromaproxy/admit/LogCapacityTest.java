package org.chromaproxy.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogCapacityTest {
    private static final long LIMIT = 320L << 20;
    private static final long MEASURED = 300L << 20;

    private long committed;
    private long queued;
    private final LogCapacity capacity = new LogCapacity(() -> committed, () -> queued, LIMIT);

    @Test
    void whatIsCommittedOrWaitsForACommitCountsUntilTheNextMeasurement() {
        capacity.measured(new LogCapacity.Measure(MEASURED, 0, "", capacity.counted()));
        assertTrue(capacity.admits(16L << 20));

        committed = 16L << 20;
        assertFalse(capacity.admits(16L << 20));
        capacity.measured(new LogCapacity.Measure(MEASURED, 0, "", capacity.counted()));
        assertTrue(capacity.admits(16L << 20));

        queued = 16L << 20;
        assertFalse(capacity.admits(16L << 20));
        assertEquals(2, capacity.refused());
        assertEquals(2, capacity.asked());
    }

    @Test
    void historyLeavesAFewSegmentsFreeBelowTheLimit() {
        assertEquals(LIMIT / 32, capacity.segmentBytes());
        assertEquals(LIMIT - 4 * (LIMIT / 32), capacity.historyLimit());
        assertFalse(capacity.crowded());

        capacity.measured(new LogCapacity.Measure(MEASURED, 0, "", 0));
        assertTrue(capacity.crowded());
    }

    @Test
    void itIsNearlyFullWhenAServerNeedsMoreThanHalfOfIt() {
        capacity.measured(new LogCapacity.Measure(MEASURED, LIMIT / 2, "replica", 0));
        assertFalse(capacity.nearlyFull());

        capacity.measured(new LogCapacity.Measure(MEASURED, LIMIT / 2 + 1, "replica", 0));
        assertTrue(capacity.nearlyFull());
        assertEquals("replica", capacity.pinnedBy());
    }
}
