package org.chromaproxy.instance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.support.HandClock;
import org.junit.jupiter.api.Test;

class HoldsTest {
    private static final int KEPT = 1_000;

    private final HandClock clock = new HandClock();
    private final Holds holds = new Holds(clock);

    @Test
    void anotherReasonLeavesTheTimeSinceWhenItStands() {
        holds.hold("a", "first", Optional.of(Duration.ofSeconds(30)));
        clock.pass(Duration.ofSeconds(10));
        holds.hold("a", "second", Optional.empty());

        assertEquals(
                List.of(new Holds.Hold("a", "second", Instant.EPOCH, Optional.of(Instant.EPOCH.plusSeconds(30)))),
                holds.all());
    }

    @Test
    void theOldestComesFirstAndWhatGoesOnIsLeftOut() {
        holds.hold("b", "", Optional.empty());
        clock.pass(Duration.ofSeconds(1));
        holds.hold("a", "", Optional.empty());
        clock.pass(Duration.ofSeconds(1));
        holds.hold("c", "", Optional.empty());
        holds.release("a");

        assertEquals(
                List.of("b", "c"), holds.all().stream().map(Holds.Hold::what).toList());
    }

    @Test
    void ofMoreThanAreKeptNothingIsNoted() {
        for (int i = 0; i <= KEPT; i++) {
            holds.hold("collection " + i, "", Optional.empty());
        }

        assertEquals(KEPT, holds.all().size());
    }
}
