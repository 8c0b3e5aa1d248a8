package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.lane.Turns.Turn;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Turns turns = new Turns();
    private final List<Turn> granted = new ArrayList<>();

    @Test
    void oneAtATimeInTheOrderOfAsking() {
        List<String> order = new ArrayList<>();
        for (String lane : List.of("a", "b", "c")) {
            turns.await(Runnable::run, turn -> {
                order.add(lane);
                granted.add(turn);
            });
        }
        assertEquals(List.of("a"), order);
        assertEquals(2, turns.waiting());

        granted.getFirst().end();
        granted.getFirst().end();

        assertEquals(List.of("a", "b"), order);
        granted.get(1).end();
        assertEquals(List.of("a", "b", "c"), order);
    }

    @Test
    void aTurnThatNobodyWantsAnyMoreGoesToTheNext() {
        turns.await(Runnable::run, granted::add);
        turns.await(Runnable::run, Turn::end);
        turns.await(Runnable::run, granted::add);
        granted.getFirst().end();
        assertEquals(2, granted.size());
    }

    @Test
    void onlyLargeBodiesNeedOne() {
        assertFalse(LargeBodies.needTurn(1 << 20));
        assertTrue(LargeBodies.needTurn(40 << 20));
    }
}
