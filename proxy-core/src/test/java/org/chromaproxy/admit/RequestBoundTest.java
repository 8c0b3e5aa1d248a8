package org.chromaproxy.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.config.PrincipalLimits;
import org.junit.jupiter.api.Test;

class RequestBoundTest {
    private final PrincipalUse somebody = PrincipalUse.unbounded();
    private final List<String> turns = new ArrayList<>();

    private Optional<RequestBound.Waiting> await(RequestBound bound, String name) {
        return bound.await(somebody, Runnable::run, () -> turns.add(name), () -> turns.add("not " + name));
    }

    @Test
    void turnsAreGivenInTheOrderOfAskingAndNewcomersDoNotOvertake() {
        RequestBound bound = new RequestBound(1, 2);
        assertTrue(bound.enter(somebody));
        assertFalse(bound.enter(somebody));
        assertTrue(await(bound, "first").isPresent());
        assertTrue(await(bound, "second").isPresent());
        assertTrue(await(bound, "third").isEmpty(), "too many wait");
        bound.leave(somebody, 200);
        assertEquals(List.of("first"), turns);
        assertFalse(bound.enter(somebody), "others wait");
        bound.leave(somebody, 503);
        bound.leave(somebody, 0);
        assertEquals(List.of("first", "second"), turns);
        assertEquals(0, bound.active());
        assertTrue(bound.enter(somebody));
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
        assertTrue(bound.enter(somebody));
        RequestBound.Waiting first = await(bound, "first").orElseThrow();
        RequestBound.Waiting second = await(bound, "second").orElseThrow();
        assertTrue(first.giveUp());
        assertFalse(first.giveUp());
        assertEquals(1, bound.waiting());
        assertTrue(await(bound, "third").isPresent());
        bound.leave(somebody, 200);
        bound.leave(somebody, 200);
        assertEquals(List.of("second", "third"), turns);
        assertFalse(second.giveUp(), "its turn has come");
    }

    @Test
    void theProxysOwnEndpointsAreCountedAndNotBounded() {
        RequestBound bound = new RequestBound(1, 0);
        assertTrue(bound.enter(somebody));
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
                bound.leave(somebody, 200);
                served.countDown();
            };
            for (int i = 0; i < requests; i++) {
                loops.execute(() -> {
                    if (bound.enter(somebody)) {
                        body.run();
                    } else {
                        assertTrue(bound.await(somebody, loops, body, () -> {}).isPresent());
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

    private static PrincipalUse of(Principals principals, String name) {
        return principals.of(name, Map.of(), "");
    }

    private static Optional<RequestBound.Waiting> await(RequestBound bound, PrincipalUse use) {
        return bound.await(use, Runnable::run, () -> {}, () -> {});
    }

    private void await(RequestBound bound, PrincipalUse use, String name) {
        assertTrue(bound.await(use, Runnable::run, () -> turns.add(name), () -> turns.add("not " + name))
                .isPresent());
    }

    @Test
    void turnsGoRoundThePrincipalsAndNoneGetsMoreForAskingMore() {
        Principals principals = Principals.unbounded();
        PrincipalUse noisy = of(principals, "noisy");
        PrincipalUse quiet = of(principals, "quiet");
        RequestBound bound = new RequestBound(1, 100);
        assertTrue(bound.enter(noisy));
        for (int i = 1; i <= 5; i++) {
            await(bound, noisy, "noisy-" + i);
        }
        await(bound, quiet, "quiet-1");
        await(bound, quiet, "quiet-2");
        bound.leave(noisy, 200);
        bound.leave(noisy, 200);
        bound.leave(quiet, 200);
        bound.leave(noisy, 200);
        bound.leave(quiet, 200);
        bound.leave(noisy, 200);
        assertEquals(List.of("noisy-1", "quiet-1", "noisy-2", "quiet-2", "noisy-3", "noisy-4"), turns);
    }

    @Test
    void whoHasAsManyPlacesAsItMayWaitsWhileOthersEnter() {
        Principals principals =
                new Principals(PrincipalLimits.of(Map.of(PrincipalLimit.REQUESTS, 2L, PrincipalLimit.QUEUE, 2L)));
        PrincipalUse noisy = of(principals, "noisy");
        PrincipalUse quiet = of(principals, "quiet");
        RequestBound bound = new RequestBound(10, 100);
        assertTrue(bound.enter(noisy));
        assertTrue(bound.enter(noisy));
        assertFalse(bound.enter(noisy), "it has both its places");
        await(bound, noisy, "noisy-1");
        await(bound, noisy, "noisy-2");
        assertTrue(bound.await(noisy, Runnable::run, () -> {}, () -> {}).isEmpty(), "its line is full");
        assertTrue(bound.full(noisy));
        assertEquals(1, noisy.refused(PrincipalLimit.QUEUE));
        assertTrue(bound.enter(quiet), "a place is free, and those who wait may not take it");
        assertEquals(List.of(), turns);
        bound.leave(quiet, 200);
        assertEquals(List.of(), turns, "its place was not the noisy one's");
        bound.leave(noisy, 200);
        assertEquals(List.of("noisy-1"), turns);
        bound.leave(noisy, 200);
        bound.leave(noisy, 200);
        assertEquals(List.of("noisy-1", "noisy-2"), turns);
        assertTrue(bound.enter(noisy));
        assertEquals(2, noisy.used(PrincipalLimit.REQUESTS));
    }

    @Test
    void whoIsAloneHasAllPlacesAndTheWholeLine() {
        PrincipalUse alone = of(Principals.unbounded(), "alone");
        RequestBound bound = new RequestBound(8, 8);
        for (int i = 0; i < 8; i++) {
            assertTrue(bound.enter(alone));
        }
        assertFalse(bound.enter(alone));
        for (int i = 0; i < 8; i++) {
            await(bound, alone, "alone-" + i);
        }
        assertTrue(await(bound, alone).isEmpty(), "all that may wait");
        assertFalse(bound.full(alone), "the bound was everybody's");
        for (int i = 0; i < 16; i++) {
            bound.leave(alone, 200);
        }
        assertEquals(8, turns.size());
        assertEquals(0, bound.active());
    }

    @Test
    void whileAnotherHasOrWantsPlacesOneGetsNoMoreThanItsShare() {
        Principals principals = Principals.unbounded();
        PrincipalUse noisy = of(principals, "noisy");
        PrincipalUse quiet = of(principals, "quiet");
        RequestBound bound = new RequestBound(8, 8);
        for (int i = 0; i < 8; i++) {
            assertTrue(bound.enter(noisy));
        }
        await(bound, noisy, "noisy-1");
        await(bound, noisy, "noisy-2");
        await(bound, quiet, "quiet-1");
        await(bound, quiet, "quiet-2");
        bound.leave(noisy, 200);
        bound.leave(noisy, 200);
        assertEquals(List.of("quiet-1", "quiet-2"), turns, "it has more than its share");
        bound.leave(noisy, 200);
        assertEquals(List.of("quiet-1", "quiet-2", "noisy-1"), turns, "it has six again");
        bound.leave(quiet, 200);
        assertEquals(3, turns.size(), "the other has a place still");
        assertTrue(bound.enter(quiet), "and finds another one free");
        bound.leave(quiet, 200);
        bound.leave(quiet, 200);
        assertEquals("noisy-2", turns.getLast(), "it is alone again");
        assertEquals(0, bound.waiting());
        assertTrue(bound.enter(noisy), "and may have all");
        assertEquals(8, noisy.used(PrincipalLimit.REQUESTS));
    }

    @Test
    void whereTheLineIsFullTheLongestGivesItsNewestPlaceToAShorterOne() {
        Principals principals = Principals.unbounded();
        PrincipalUse noisy = of(principals, "noisy");
        PrincipalUse quiet = of(principals, "quiet");
        RequestBound bound = new RequestBound(1, 4);
        assertTrue(bound.enter(noisy));
        for (int i = 1; i <= 4; i++) {
            await(bound, noisy, "noisy-" + i);
        }
        await(bound, quiet, "quiet-1");
        await(bound, quiet, "quiet-2");
        assertEquals(List.of("not noisy-4", "not noisy-3"), turns);
        assertTrue(await(bound, quiet).isEmpty(), "its line is as long as the other");
        assertTrue(await(bound, noisy).isEmpty());
        assertEquals(4, bound.waiting());
        assertEquals(2, noisy.refused(PrincipalLimit.QUEUE));
        for (int i = 0; i < 5; i++) {
            bound.leave(i == 2 || i == 4 ? quiet : noisy, 200);
        }
        assertEquals(List.of("noisy-1", "quiet-1", "noisy-2", "quiet-2"), turns.subList(2, 6));
        assertEquals(0, bound.active());
        assertEquals(bound.total(), bound.entered() + bound.rejected());
    }

    /** Without bounds of their own, all in each other's way: nobody's turn is lost. */
    @Test
    void underContentionOfManySharesLoseNoTurn() throws Exception {
        int requests = 16_000;
        Principals principals = Principals.unbounded();
        RequestBound bound = new RequestBound(8, requests);
        CountDownLatch served = new CountDownLatch(requests);
        try (ExecutorService loops = Executors.newFixedThreadPool(12)) {
            for (int i = 0; i < requests; i++) {
                PrincipalUse use = of(principals, i % 10 == 0 ? "quiet" : "noisy");
                Runnable body = () -> {
                    Thread.onSpinWait();
                    bound.leave(use, 200);
                    served.countDown();
                };
                loops.execute(() -> {
                    if (bound.enter(use)) {
                        body.run();
                    } else {
                        assertTrue(bound.await(use, loops, body, () -> {}).isPresent());
                    }
                });
            }
            assertTrue(served.await(60, TimeUnit.SECONDS), served.getCount() + " never had their turn");
        }
        assertEquals(0, bound.active());
        assertEquals(0, bound.waiting());
    }

    @Test
    void underContentionOfManyEachBoundHoldsAndEveryTurnComes() throws Exception {
        int of = 4;
        int requests = 16_000;
        Principals principals = new Principals(PrincipalLimits.of(Map.of(PrincipalLimit.REQUESTS, 2L)));
        RequestBound bound = new RequestBound(5, requests);
        CountDownLatch served = new CountDownLatch(requests);
        try (ExecutorService loops = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < requests; i++) {
                PrincipalUse use = of(principals, "p" + i % of);
                Runnable body = () -> {
                    Thread.onSpinWait();
                    bound.leave(use, 200);
                    served.countDown();
                };
                loops.execute(() -> {
                    if (bound.enter(use)) {
                        body.run();
                    } else {
                        assertTrue(bound.await(use, loops, body, () -> {}).isPresent());
                    }
                });
            }
            assertTrue(served.await(60, TimeUnit.SECONDS), served.getCount() + " never had their turn");
        }
        assertEquals(0, bound.active());
        assertEquals(0, bound.waiting());
        assertTrue(principals.all().allMatch(use -> use.used(PrincipalLimit.REQUESTS) == 0));
        assertEquals(requests, bound.total());
    }
}
