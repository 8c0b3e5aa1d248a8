package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Standing;
import org.junit.jupiter.api.Test;

class SurveyTest {
    private static final Object LOOP = "a loop";
    private static final Object OTHER_LOOP = "another loop";

    private final LaneBed bed = new LaneBed();
    private final Survey survey = new Survey(bed.instances);
    private final Instance replica = bed.replica();

    private Instant before(long ms) {
        return bed.io.now().minusMillis(ms);
    }

    @Test
    void theOldestOfAllLoopsCountsAndEveryLaneThatIsBehind() {
        replica.pending().add(3, 30);
        Survey.Look look = survey.new Look();
        look.waits(1, before(100));
        look.waits(1, before(700));
        look.waits(1, Instant.MAX);
        look.publish(LOOP);
        assertEquals(2, replica.pending().lanesBehind());
        assertEquals(700, replica.pending().ageMs());
        Survey.Look other = survey.new Look();
        other.waits(1, before(900));
        other.publish(OTHER_LOOP);
        assertEquals(3, replica.pending().lanesBehind());
        assertEquals(900, replica.pending().ageMs());
        assertEquals(0, bed.primary().pending().lanesBehind());
    }

    @Test
    void aLoopsNextLookTakesThePlaceOfItsLast() {
        replica.pending().add(1, 10);
        Survey.Look look = survey.new Look();
        look.waits(1, before(700));
        look.publish(LOOP);
        survey.new Look().publish(OTHER_LOOP);
        assertEquals(1, replica.pending().lanesBehind());
        survey.new Look().publish(LOOP);
        assertEquals(0, replica.pending().lanesBehind());
        assertEquals(0, replica.pending().ageMs());
    }

    @Test
    void aLaneThatWaitsOfItsOwnAccordIsNotBehind() {
        replica.become(InstanceState.DOWN, "a test");
        replica.pending().add(1, 10);
        replica.become(InstanceState.UP, "");
        survey.new Look().publish(LOOP);
        replica.look();
        assertEquals(Standing.CATCHING_UP, replica.shown().standing());
        Survey.Look look = survey.new Look();
        look.lingers(1);
        look.publish(LOOP);
        replica.look();
        assertEquals(Standing.UP, replica.shown().standing());
    }
}
