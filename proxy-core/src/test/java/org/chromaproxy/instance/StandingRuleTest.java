package org.chromaproxy.instance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.chromaproxy.support.HandClock;
import org.junit.jupiter.api.Test;

class StandingRuleTest {
    private final HandClock clock = new HandClock();
    private final Instance instance =
            new Instance("primary", 0, URI.create("http://127.0.0.1:1"), Optional.empty(), clock);

    private Instance.Shown after(Standing before) {
        return StandingRule.of(instance, new Instance.Shown(before, "", clock.now()), clock.now());
    }

    private void isUpAndBehindBy(Duration age) {
        instance.become(InstanceState.UP, "");
        instance.pending().add(1, 10);
        clock.pass(Duration.ofMinutes(1));
        instance.pending().surveyed(clock.now().minus(age), 1, false);
    }

    @Test
    void betweenTheTwoBoundsItStaysWhatItWas() {
        isUpAndBehindBy(Duration.ofSeconds(3));

        assertEquals(Standing.UP, after(Standing.UP).standing());
        assertEquals(Standing.CATCHING_UP, after(Standing.CATCHING_UP).standing());
        assertEquals(Standing.CATCHING_UP, after(Standing.DOWN).standing());
        assertEquals("1 record behind", after(Standing.DOWN).reason());
    }

    @Test
    void beyondThemItChanges() {
        isUpAndBehindBy(Duration.ofMillis(5_001));
        assertEquals(Standing.CATCHING_UP, after(Standing.UP).standing());

        instance.pending().surveyed(clock.now().minusMillis(1_500), 1, false);
        assertEquals(Standing.UP, after(Standing.CATCHING_UP).standing());
    }

    @Test
    void theTimeOfAStandingIsThatOfItsBeginning() {
        instance.become(InstanceState.DOWN, "it refuses connections");
        Instance.Shown down = after(Standing.UP);
        clock.pass(Duration.ofSeconds(5));

        assertEquals(down, StandingRule.of(instance, down, clock.now()));
        assertEquals("it refuses connections", down.reason());
    }
}
