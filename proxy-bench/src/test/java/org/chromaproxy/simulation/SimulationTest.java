package org.chromaproxy.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A slice of the histories; all of them with {@code bin/chroma-proxy simulate}. */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 200);

    @BeforeAll
    static void listen() {
        Faults.listen(false);
    }

    @Test
    void nothingIsLostTwiceReorderedOrReadTooEarlyInAnyHistory() {
        List<String> wrong = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation.Result result = Simulation.run(seed);
            if (result.violation() != null) {
                wrong.add("seed " + seed + ": " + result.violation());
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** The judge sees it at the deletion already; what came of it, a write that was sent again for ever, took an owner that died then. */
    @Test
    void aCollectionThatIsDeletedBeforeItsCursorsAreDurableIsNoticed() {
        String noticed =
                SimulateCommand.noticed(HeartMutant.DELETED_UNFLUSHED, 20).orElse("");

        assertTrue(noticed.contains("and its durable cursor is at"), noticed);
    }

    @Test
    void aSeedIsAlwaysTheSameHistory() {
        Simulation.Result first = Simulation.run(7);
        Simulation.Result second = Simulation.run(7);

        assertEquals(first.notes(), second.notes());
        assertEquals(first.events(), second.events());
        assertNotEquals(first.notes(), Simulation.run(8).notes());
    }

    /** Without trouble, and without anybody who has to start again, it would show nothing. */
    @Test
    void historiesAreFullOfTrouble() {
        int events = 0;
        int faults = 0;
        int takenOver = 0;
        for (long seed = 1; seed <= 40; seed++) {
            Simulation.Result result = Simulation.run(seed);
            events += result.operations() > 100 ? 1 : 0;
            faults += result.faults() >= 3 ? 1 : 0;
            takenOver += result.lives() > 1 ? 1 : 0;
        }
        assertTrue(events > 20, "histories of more than 100 operations: " + events);
        assertTrue(faults > 35, "with three faults or more: " + faults);
        assertTrue(takenOver > 20, "with another owner: " + takenOver);
    }
}
