package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.junit.jupiter.api.Test;

class ComparisonsTest {
    private final LaneBed bed = new LaneBed();
    private final List<Lane> lanes = Lane.of(bed.instances, bed.io);
    private final Lane leader = lanes.getFirst();
    private final Lane lane = lanes.getLast();
    private final Comparisons comparisons = new Comparisons(bed.io);

    private static void lose(Instance instance) {
        instance.become(InstanceState.DOWN, "a test");
        instance.become(InstanceState.UP, "");
    }

    /** One that the instance does not outlive. */
    private void end(Instance instance) {
        comparisons.begin(leader, lane);
        lose(instance);
        comparisons.failed(false);
        bed.io.runFor(2_000);
        comparisons.due();
    }

    private long pauseMs() {
        long begun = bed.io.nanoTime();
        while (!comparisons.due()) {
            bed.io.runFor(500);
        }
        return (bed.io.nanoTime() - begun) / 1_000_000;
    }

    @Test
    void theFirstIsDueAtOnce() {
        assertTrue(comparisons.due());
        assertFalse(comparisons.suspect());
        assertFalse(comparisons.endsServer());
        assertFalse(comparisons.tooLong());
    }

    @Test
    void eachThatComesToNothingHasTheNextWaitLongerUpToAMinute() {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            comparisons.failed(false);
            pauses.add(pauseMs());
        }
        assertEquals(List.of(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 64_000L, 64_000L), pauses);
        assertFalse(comparisons.tooLong());
    }

    @Test
    void threeThatAreNotDoneInTimeAreEnough() {
        comparisons.failed(true);
        comparisons.failed(false);
        comparisons.failed(true);
        assertFalse(comparisons.tooLong());
        comparisons.failed(true);
        assertTrue(comparisons.tooLong());
    }

    @Test
    void theSecondIsMadeAloneIfAServerDidNotOutliveTheFirst() {
        end(bed.replica());
        assertTrue(comparisons.suspect());
        assertFalse(comparisons.endsServer());
    }

    @Test
    void itMayBeEitherServerThatEndsOnIt() {
        end(bed.replica());
        end(bed.primary());
        end(bed.replica());
        assertFalse(comparisons.endsServer());
        end(bed.primary());
        assertTrue(comparisons.endsServer());
    }

    @Test
    void aServerThatIsLostLongAfterOneDidNotEndOnIt() {
        comparisons.begin(leader, lane);
        comparisons.failed(false);
        bed.io.runFor(6_000);
        comparisons.due();
        lose(bed.replica());
        comparisons.due();
        assertFalse(comparisons.suspect());
    }

    @Test
    void aServerThatIsLostWhileNoneIsMadeDidNotEndOnIt() {
        lose(bed.replica());
        comparisons.due();
        comparisons.begin(leader, lane);
        comparisons.failed(false);
        comparisons.due();
        assertFalse(comparisons.suspect());
    }

    @Test
    void whenThereIsNothingToCompareAnyMoreAllBeginsAnew() {
        for (int i = 0; i < 4; i++) {
            comparisons.failed(true);
            end(bed.replica());
        }
        assertTrue(comparisons.endsServer());
        comparisons.clear();
        assertTrue(comparisons.due());
        assertFalse(comparisons.endsServer());
        assertFalse(comparisons.suspect());
        assertFalse(comparisons.tooLong());
        comparisons.failed(false);
        assertEquals(1_000, pauseMs());
    }

    @Test
    void theTurnInWhichOneIsMadeAloneEndsWithIt() {
        Turns turns = new Turns();
        List<String> events = new ArrayList<>();
        turns.await(bed.io, comparisons::alone);
        turns.await(bed.io, turn -> events.add("next"));
        bed.io.runDue();
        assertEquals(List.of(), events);
        comparisons.end();
        bed.io.runDue();
        assertEquals(List.of("next"), events);
        comparisons.end();
    }

    @Test
    void aServerThatEndsLongAfterAComparisonDidNotEndOnIt() {
        for (int i = 0; i < 10; i++) {
            comparisons.begin(leader, lane);
            comparisons.failed(false);
            bed.io.runFor(5_000);
            comparisons.look();
            bed.io.runFor(600_000);
            lose(lane.instance);
            comparisons.due();
        }
        assertFalse(comparisons.suspect());
        assertFalse(comparisons.endsServer());
    }
}
