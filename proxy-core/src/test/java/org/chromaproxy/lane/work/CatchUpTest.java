package org.chromaproxy.lane.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.junit.jupiter.api.Test;

/** Whose turn it is to catch up. */
class CatchUpTest {
    private final Instance instance = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final CatchUp catchUp = new CatchUp(new Instances(List.of(instance)), 2);
    private final List<String> order = new ArrayList<>();

    private void await(String tenant) {
        catchUp.await(instance, tenant, () -> order.add(tenant));
    }

    @Test
    void turnsGoRoundTheTenantsHoweverMuchOneHasLeft() {
        for (int i = 0; i < 10; i++) {
            await("a");
        }
        await("b");
        await("c");
        await("b");
        assertEquals(List.of("a", "a"), order);
        assertEquals(11, catchUp.waiting(instance));
        for (int i = 0; i < 6; i++) {
            catchUp.done(instance);
        }
        assertEquals(List.of("a", "a", "a", "b", "c", "a", "b", "a"), order);
        assertEquals(5, catchUp.waiting(instance));
        for (int i = 0; i < 7; i++) {
            catchUp.done(instance);
        }
        assertEquals(0, catchUp.waiting(instance));
        assertEquals(0, catchUp.turns(instance));
    }
}
