package org.chromaproxy.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The order of what is to happen. */
class AgendaTest {
    private record Due(long moment, long number) {}

    @Test
    void theEarliestComesFirstAndTheLowestNumberOfAMoment() {
        SplittableRandom random = new SplittableRandom(1);
        Agenda agenda = new Agenda();
        PriorityQueue<Due> expected =
                new PriorityQueue<>(Comparator.comparingLong(Due::moment).thenComparingLong(Due::number));
        List<Due> ran = new ArrayList<>();
        for (long number = 0; number < 20_000; number++) {
            Due due = new Due(random.nextLong(500), number);
            expected.add(due);
            agenda.add(due.moment, number, () -> ran.add(due));
            while (!expected.isEmpty() && random.nextInt(100) < 47) {
                takesFirst(agenda, expected.remove(), ran);
            }
        }
        while (!expected.isEmpty()) {
            takesFirst(agenda, expected.remove(), ran);
        }
    }

    private static void takesFirst(Agenda agenda, Due first, List<Due> ran) {
        assertEquals(first, new Due(agenda.moment(), agenda.number()));
        agenda.remove().run();
        assertEquals(first, ran.getLast());
    }
}
