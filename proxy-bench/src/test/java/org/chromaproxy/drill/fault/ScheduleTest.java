package org.chromaproxy.drill.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void theSameSeedGivesTheSameSchedule() {
        for (long seed = 1; seed < 300; seed++) {
            assertEquals(Schedule.of(seed, Filter.ALL), Schedule.of(seed, Filter.ALL));
        }
    }

    @Test
    void aPrintedScheduleCanBeReadBack() {
        for (long seed = 1; seed < 300; seed++) {
            Schedule schedule = Schedule.of(seed, Filter.ALL);
            assertEquals(schedule, Schedule.parse(schedule.print()));
        }
        assertThrows(IllegalArgumentException.class, () -> Schedule.parse("seed 3: NARROW of PROXY at 1 for 2 ms"));
    }

    @Test
    void asManySeedsAsThereArePairsMeetEachPairAlone() {
        int pairs = Filter.ALL.pairs().size();
        Set<Filter.Pair> met = new HashSet<>();
        for (long seed = 1; seed <= pairs; seed++) {
            List<Episode> episodes = Schedule.of(seed, Filter.ALL).episodes();
            assertEquals(1, episodes.size());
            met.add(new Filter.Pair(
                    episodes.getFirst().fault(), episodes.getFirst().target()));
        }
        assertEquals(pairs, met.size());
    }

    @Test
    void twoHundredSeedsMeetEachPairSeveralTimes() {
        Map<Filter.Pair, Integer> met = new HashMap<>();
        for (long seed = 1; seed <= 200; seed++) {
            Schedule.of(seed, Filter.ALL)
                    .episodes()
                    .forEach(episode -> met.merge(new Filter.Pair(episode.fault(), episode.target()), 1, Integer::sum));
        }
        assertTrue(met.values().stream().allMatch(times -> times >= 3), met.toString());
    }

    @Test
    void faultsThatUndoEachOtherDoNotMeet() {
        for (long seed = 1; seed < 1000; seed++) {
            List<Episode> episodes = Schedule.of(seed, Filter.ALL).episodes();
            for (int i = 0; i < episodes.size(); i++) {
                for (int k = i + 1; k < episodes.size(); k++) {
                    assertFalse(episodes.get(i).clashes(episodes.get(k)), () -> "" + episodes);
                }
            }
        }
    }

    @Test
    void aFilterIsObeyed() {
        Filter filter = new Filter(Set.of(Fault.LOSE_COMMITS, Fault.KILL), Set.of(Target.POSTGRES), 8000);
        for (long seed = 1; seed < 50; seed++) {
            assertTrue(Schedule.of(seed, filter).episodes().stream()
                    .allMatch(episode -> episode.target() == Target.POSTGRES));
        }
    }
}
