package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.lane.ServerShare.Passage;
import org.chromaproxy.lane.ServerShare.Waiting;
import org.junit.jupiter.api.Test;

/** Who waits outside of a server while others use it. */
class ServerShareTest {
    private static final int EACH = 2;

    private long now = -5;
    private final ServerShare share = new ServerShare(EACH, () -> now);
    private final List<String> order = new ArrayList<>();
    private final List<Passage> granted = new ArrayList<>();

    private Passage entered(String client) {
        return share.enter(client).orElseThrow();
    }

    private Waiting await(String client, String name) {
        return share.await(client, Runnable::run, passage -> {
            order.add(name);
            granted.add(passage);
        });
    }

    private void pass(long ms) {
        now += TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Test
    void whoIsAloneHasNoBound() {
        for (int i = 0; i < 1_000; i++) {
            entered("loud");
        }
    }

    @Test
    void whileAnotherIsServedTheRestWaitsInOrder() {
        entered("calm");
        Passage first = entered("loud");
        entered("loud");
        assertTrue(share.enter("loud").isEmpty());
        await("loud", "third");
        await("loud", "fourth");
        entered("calm");
        assertEquals(List.of(), order);
        first.end();
        first.end();
        assertEquals(List.of("third"), order);
        granted.getFirst().end();
        assertEquals(List.of("third", "fourth"), order);
    }

    @Test
    void whoIsInLineIsNotOvertaken() {
        Passage calm = entered("calm");
        entered("loud");
        entered("loud");
        await("loud", "third");
        calm.end();
        pass(2_000);
        assertTrue(share.enter("loud").isEmpty(), "the third is first");
    }

    @Test
    void whoHasAlreadyMoreKeepsItAndGetsNoneUntilItHasLess() {
        List<Passage> all = new ArrayList<>();
        for (int i = 0; i < EACH + 2; i++) {
            all.add(entered("loud"));
        }
        entered("calm");
        await("loud", "next");
        all.get(0).end();
        all.get(1).end();
        assertEquals(List.of(), order);
        all.get(2).end();
        assertEquals(List.of("next"), order);
    }

    @Test
    void anotherCountsForASecondAfterItAsked() {
        entered("calm").end();
        pass(900);
        Passage first = entered("loud");
        entered("loud");
        assertTrue(share.enter("loud").isEmpty());
        await("loud", "third");
        await("loud", "fourth");
        pass(200);
        first.end();
        assertEquals(List.of("third", "fourth"), order, "it is alone now");
    }

    @Test
    void whoGivesUpIsNotServed() {
        entered("calm");
        Passage first = entered("loud");
        entered("loud");
        Waiting third = await("loud", "third");
        await("loud", "fourth");
        assertTrue(third.giveUp());
        assertFalse(third.giveUp());
        third.goNow();
        first.end();
        assertEquals(List.of("fourth"), order);
    }

    @Test
    void whoHasWaitedLongEnoughGoesBeyondTheBound() {
        entered("calm");
        entered("loud");
        entered("loud");
        Waiting third = await("loud", "third");
        third.goNow();
        third.goNow();
        assertEquals(List.of("third"), order);
        assertFalse(third.giveUp(), "its turn has come");
    }

    @Test
    void whoHasUsedMoreYieldsToWhatOthersHaveUnderWayAndTheyDoNot() {
        Passage used = share.pass("loud");
        pass(100);
        used.end();
        assertFalse(share.yields("loud", share.stamp()), "nobody else");
        Passage calm = share.pass("calm");
        share.pass("loud");
        assertTrue(share.yields("loud", share.stamp()));
        assertFalse(share.yields("calm", share.stamp()));
        calm.end();
        assertFalse(share.yields("loud", share.stamp()));
    }

    @Test
    void whatBeganLaterIsNotWaitedFor() {
        Passage used = share.pass("loud");
        pass(100);
        used.end();
        Passage before = share.pass("calm");
        long asked = share.stamp();
        share.pass("calm");
        assertTrue(share.yields("loud", asked));
        before.end();
        assertFalse(share.yields("loud", asked));
    }

    @Test
    void whatWasUsedIsForgottenInTime() {
        Passage used = share.pass("loud");
        pass(1_000);
        used.end();
        pass(5_000);
        Passage calm = share.pass("calm");
        pass(100);
        calm.end();
        share.pass("calm");
        assertFalse(share.yields("loud", share.stamp()), "31 ms are left of the second, and 100 are more");
    }

    @Test
    void eachEndIsTold() {
        share.onEnd(() -> order.add("end"));
        Passage passage = entered("calm");
        passage.end();
        passage.end();
        assertEquals(List.of("end"), order);
    }

    @Test
    void thousandsOfClientsThatAreGoneAreForgotten() {
        for (int i = 0; i < 10_000; i++) {
            entered("client " + i).end();
            pass(10);
        }
        assertTrue(share.remembered() < 1_000, share.remembered() + " clients");
    }
}
