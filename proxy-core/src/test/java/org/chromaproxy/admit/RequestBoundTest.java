package org.chromaproxy.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RequestBoundTest {
    private final List<String> turns = new ArrayList<>();

    private Optional<RequestBound.Waiting> await(RequestBound bound, String name) {
        return bound.await(Runnable::run, () -> turns.add(name));
    }

    @Test
    void turnsAreGivenInTheOrderOfAskingAndNewcomersDoNotOvertake() {
        RequestBound bound = new RequestBound(1, 2);
        assertTrue(bound.enter());
        assertFalse(bound.enter());
        assertTrue(await(bound, "first").isPresent());
        assertTrue(await(bound, "second").isPresent());
        assertTrue(await(bound, "third").isEmpty(), "too many wait");
        bound.leave(200);
        assertEquals(List.of("first"), turns);
        assertFalse(bound.enter(), "others wait");
        bound.leave(503);
        bound.leave(0);
        assertEquals(List.of("first", "second"), turns);
        assertEquals(0, bound.active());
        assertTrue(bound.enter());
        assertEquals(5, bound.total());
        assertEquals(1, bound.rejected());
        assertEquals(2, bound.waited());
        assertEquals(4, bound.entered());
        assertEquals(1, bound.succeeded());
        assertEquals(1, bound.failed());
    }

    @Test
    void whoGivesUpFreesItsPlaceInTheLineAndIsNotServed() {
        RequestBound bound = new RequestBound(1, 2);
        assertTrue(bound.enter());
        RequestBound.Waiting first = await(bound, "first").orElseThrow();
        RequestBound.Waiting second = await(bound, "second").orElseThrow();
        assertTrue(first.giveUp());
        assertFalse(first.giveUp());
        assertEquals(1, bound.waiting());
        assertTrue(await(bound, "third").isPresent());
        bound.leave(200);
        bound.leave(200);
        assertEquals(List.of("second", "third"), turns);
        assertFalse(second.giveUp(), "its turn has come");
    }

    @Test
    void theProxysOwnEndpointsAreCountedAndNotBounded() {
        RequestBound bound = new RequestBound(1, 0);
        assertTrue(bound.enter());
        bound.enterOwn();
        assertEquals(2, bound.active());
        bound.leaveOwn(200);
        assertEquals(1, bound.active());
        assertTrue(await(bound, "no").isEmpty());
    }

    @Test
    void underContentionTheBoundHoldsAndEveryTurnComes() throws Exception {
        int requests = 20_000;
        RequestBound bound = new RequestBound(3, requests);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch served = new CountDownLatch(requests);
        try (ExecutorService loops = Executors.newFixedThreadPool(4)) {
            Runnable body = () -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                inside.decrementAndGet();
                bound.leave(200);
                served.countDown();
            };
            for (int i = 0; i < requests; i++) {
                loops.execute(() -> {
                    if (bound.enter()) {
                        body.run();
                    } else {
                        assertTrue(bound.await(loops, body).isPresent());
                    }
                });
            }
            assertTrue(served.await(60, TimeUnit.SECONDS), served.getCount() + " never had their turn");
        }
        assertTrue(most.get() <= 3, most + " at once");
        assertEquals(0, bound.active());
        assertEquals(0, bound.waiting());
        assertEquals(requests, bound.succeeded());
    }
}
