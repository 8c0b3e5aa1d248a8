package org.chromaproxy.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is counted of states, events and faults, and what is said to be out of reach. */
class CoverageTest {
    private static final Coverage SLICE = new Coverage();

    @BeforeAll
    static void play() {
        Faults.listen(false);
        for (long seed = 1; seed <= 100; seed++) {
            Simulation.run(seed, SLICE);
        }
    }

    @Test
    void nothingIsMetThatIsSaidToBeUnreachable() {
        assertEquals(List.of(), SLICE.contradictions());
    }

    @Test
    void everyStateAndEveryEventIsMetButOne() {
        Set<LaneSituation> states = EnumSet.noneOf(LaneSituation.class);
        Set<LaneEvent> events = EnumSet.noneOf(LaneEvent.class);
        Set<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
        SLICE.met().forEach(cell -> {
            states.add(cell.state());
            events.add(cell.event());
            faults.add(cell.fault());
        });

        assertEquals(EnumSet.allOf(LaneSituation.class), states);
        assertEquals(EnumSet.complementOf(EnumSet.of(LaneEvent.CHANGE_REFUSED)), events);
        assertEquals(EnumSet.allOf(FaultKind.class), faults);
    }

    @Test
    void aCellThatIsSaidToBeUnreachableAndIsMetFailsTheRun() {
        Unreachable wrong = new Unreachable(
                Set.of(LaneSituation.IN_FLIGHT),
                Set.of(LaneEvent.APPLIED),
                Set.of(FaultKind.NONE),
                "no server answers");

        assertEquals(0, run(Unreachable.RULES).status);
        Run failed = run(List.of(wrong));

        assertEquals(1, failed.status);
        assertTrue(
                failed.text.matches(
                        "(?s).*IN_FLIGHT x APPLIED x NONE was met \\d+ times, and is said to be unreachable:"
                                + " no server answers.*"),
                failed.text);
    }

    @Test
    void historiesThatAreCountedTogetherAddUp() {
        Coverage together = new Coverage();
        Simulation.run(3, together);
        Simulation.run(4, together);
        Coverage first = new Coverage();
        Simulation.run(3, first);
        Coverage second = new Coverage();
        Simulation.run(4, second);
        second.add(first);

        assertEquals(together.lines(), second.lines());
    }

    @Test
    void aHistoryIsTheSameWhetherItIsCountedOrNot() {
        Simulation.Result counted = Simulation.run(7, new Coverage());
        Simulation.Result not = Simulation.run(7);

        assertEquals(not.notes(), counted.notes());
        assertEquals(not.events(), counted.events());
    }

    /** What is not met is listed as that, and not among what is out of reach. */
    @Test
    void everyCellIsMetOftenRareOrUnreachable() {
        Coverage empty = new Coverage(List.of(new Unreachable(
                Set.of(LaneSituation.IDLE), Set.of(), Set.of(FaultKind.HUNG), "idle lanes are elsewhere")));
        int cells = LaneSituation.values().length * LaneEvent.values().length * FaultKind.values().length;

        assertEquals(cells - LaneEvent.values().length, empty.rare().size());
        assertTrue(empty.lines().contains("- " + LaneEvent.values().length + " cells: idle lanes are elsewhere"));
        Set<String> listed = new TreeSet<>(empty.lines());
        assertTrue(listed.contains("- IDLE x LOGGED x NONE: 0"));
    }

    private record Run(int status, String text) {}

    private static Run run(List<Unreachable> rules) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status = SimulateCommand.run(
                List.of("--seeds", "3", "--coverage"), new PrintStream(out, true, StandardCharsets.UTF_8), rules);
        return new Run(status, out.toString(StandardCharsets.UTF_8));
    }
}
