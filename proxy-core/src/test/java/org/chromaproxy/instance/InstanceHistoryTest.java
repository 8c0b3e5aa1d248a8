package org.chromaproxy.instance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.chromaproxy.support.HandClock;
import org.junit.jupiter.api.Test;

class InstanceHistoryTest {
    private static final int KEPT = 200;

    private final HandClock clock = new HandClock();
    private final InstanceHistory history = new InstanceHistory("primary", clock);
    private final Instance replica = new Instance("replica", 1, URI.create("http://127.0.0.1:2"));

    private List<String> events() {
        return history.events().stream()
                .map(event -> event.to() + " " + event.reason() + " " + event.count())
                .toList();
    }

    @Test
    void movesOfOneCauseThatAreCloseTogetherAreOneEvent() {
        history.ledAway(replica, "down");
        history.stood(Standing.UP, Standing.DOWN, "gone");
        clock.pass(Duration.ofSeconds(10));
        history.ledAway(replica, "down");
        history.ledAway(replica, "drained");

        assertEquals(List.of("down gone 1", "replica down 2", "replica drained 1"), events());
    }

    @Test
    void aLaterMoveIsAnEventOfItsOwn() {
        history.ledAway(replica, "down");
        clock.pass(Duration.ofMillis(10_001));
        history.ledAway(replica, "down");

        assertEquals(List.of("replica down 1", "replica down 1"), events());
    }

    @Test
    void theOldestAreForgotten() {
        for (int i = 0; i <= KEPT; i++) {
            history.stood(Standing.UP, Standing.DOWN, "number " + i);
        }

        assertEquals(KEPT, history.events().size());
        assertEquals("number 1", history.events().getFirst().reason());
    }
}
