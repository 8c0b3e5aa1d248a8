package org.chromaproxy.instance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What operators see of an instance follows from its state, its traffic and its backlog. */
class StandingTest {
    private static final int KEPT = 200;

    private final Instance instance = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final Instance other = new Instance("replica", 1, URI.create("http://127.0.0.1:2"));

    private Standing standing() {
        instance.look();
        return instance.shown().standing();
    }

    private List<String> path() {
        return instance.history().events().stream()
                .map(event -> event.from() + ">" + event.to())
                .toList();
    }

    @Test
    void aFailedProbeMakesItSuspectAndAnAnswerClearsItWithoutEverGating() {
        instance.become(InstanceState.UP, "");

        instance.checked(false);
        assertEquals(Standing.SUSPECT, standing());
        assertTrue(instance.usable());
        assertTrue(instance.shown().reason().contains("1 "), instance.shown().reason());

        instance.started();
        instance.answered(true);
        assertEquals(Standing.UP, standing());
        assertEquals(List.of("starting>up", "up>suspect", "suspect>up"), path());
    }

    @Test
    void itIsCatchingUpFromItsReturnUntilNothingOldWaits() {
        instance.become(InstanceState.DOWN, "it refuses connections");
        instance.pending().add(1, 100);
        instance.pending().add(1, 50);

        instance.become(InstanceState.UP, "");
        assertEquals(Standing.CATCHING_UP, standing());
        instance.pending().surveyed(Instant.now().minusSeconds(60), 2, false);
        instance.pending().done(100);
        assertEquals(Standing.CATCHING_UP, standing());
        assertEquals(1, instance.pending().records());
        assertEquals(50, instance.pending().bytes());
        assertTrue(instance.pending().ageMs() >= 60_000);

        instance.pending().done(50);
        assertEquals(Standing.UP, standing());
        assertEquals(0, instance.pending().ageMs());
    }

    @Test
    void aFollowerOfBusyWritersIsNotCatchingUpUnlessItFallsBehind() {
        instance.become(InstanceState.UP, "");
        instance.pending().add(1, 10);
        instance.pending().surveyed(Instant.now(), 1, false);
        assertEquals(Standing.UP, standing());

        instance.pending().surveyed(Instant.now().minusSeconds(10), 1, false);
        assertEquals(Standing.CATCHING_UP, standing());
        assertTrue(instance.usable());
    }

    @Test
    void aFollowerThatWaitsForMoreToBeSentIsNeitherOldNorBehind() {
        instance.become(InstanceState.DOWN, "it refuses connections");
        instance.pending().add(1, 10);
        instance.become(InstanceState.UP, "");
        assertEquals(Standing.CATCHING_UP, standing());

        instance.pending().surveyed(Instant.MAX, 0, true);
        assertEquals(Standing.UP, standing());
        assertEquals(0, instance.pending().ageMs());
        assertEquals(0, instance.pending().lanesBehind());
    }

    @Test
    void drainingTakesRequestsButIsNotPreferredAndMaintenanceTakesNone() {
        instance.become(InstanceState.DRAINING, "asked");
        assertTrue(instance.usable() && instance.draining() && !instance.preferable());

        instance.become(InstanceState.MAINTENANCE, "drained");
        assertTrue(!instance.usable() && !instance.draining() && !instance.preferable());
    }

    @Test
    void leadershipThatMovesForOneCauseIsOneEventWithACount() {
        for (int i = 0; i < 1_000; i++) {
            instance.history().ledAway(other, "primary: it refuses connections");
        }
        instance.become(InstanceState.DOWN, "it refuses connections");
        instance.history().ledAway(other, "primary: it refuses connections");

        List<InstanceEvent> events = instance.history().events();
        assertEquals(2, events.size());
        assertEquals(1_001, events.getLast().count());
        assertEquals(
                "primary>replica",
                events.getLast().from() + ">" + events.getLast().to());
    }

    @Test
    void theHistoryIsBounded() {
        for (int i = 0; i < 3 * KEPT; i++) {
            instance.become(InstanceState.DOWN, "try " + i);
            instance.become(InstanceState.UP, "");
        }

        assertEquals(KEPT, instance.history().events().size());
    }
}
