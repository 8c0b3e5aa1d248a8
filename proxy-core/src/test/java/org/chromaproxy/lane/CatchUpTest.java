package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose turn it is to catch up. */
class CatchUpTest {
    private static final int WAITING = 20_000;
    private static final long SMALL_STACK_BYTES = 256 << 10;

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

    @Test
    void twentyThousandTurnsThatEndAtOnceAreHandedOverOnASmallStack() throws InterruptedException {
        int[] run = {0};
        await("a");
        await("a");
        for (int i = 0; i < WAITING; i++) {
            catchUp.await(instance, "tenant " + i % 7, () -> {
                run[0]++;
                catchUp.done(instance);
            });
        }
        assertNull(onSmallStack(() -> catchUp.done(instance)));
        assertEquals(WAITING, run[0]);
        assertEquals(0, catchUp.waiting(instance));
        assertEquals(1, catchUp.turns(instance));
    }

    @Test
    void aTurnThatThrowsIsOverAndTheNextOneTakesIt() {
        await("a");
        await("a");
        catchUp.await(instance, "b", () -> {
            throw new IllegalStateException("thrown by a waiter");
        });
        await("c");
        catchUp.done(instance);
        assertEquals(List.of("a", "a", "c"), order);
        assertEquals(2, catchUp.turns(instance));
        catchUp.done(instance);
        catchUp.done(instance);
        catchUp.await(instance, "b", () -> {
            throw new IllegalStateException("thrown by one that has not to wait");
        });
        assertEquals(0, catchUp.turns(instance));
    }

    @Test
    void anErrorIsToldOnceEverybodyElseHasATurn() {
        await("a");
        await("a");
        AssertionError error = new AssertionError("thrown by a waiter");
        catchUp.await(instance, "b", () -> {
            throw error;
        });
        await("c");
        assertSame(error, assertThrows(AssertionError.class, () -> catchUp.done(instance)));
        assertEquals(List.of("a", "a", "c"), order);
        assertEquals(2, catchUp.turns(instance));
    }

    private static @Nullable Throwable onSmallStack(Runnable task) throws InterruptedException {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(null, task, "small stack", SMALL_STACK_BYTES);
        thread.setUncaughtExceptionHandler((ended, e) -> thrown.set(e));
        thread.start();
        thread.join();
        return thrown.get();
    }
}
