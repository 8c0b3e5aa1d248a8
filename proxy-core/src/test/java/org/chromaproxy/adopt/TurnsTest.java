package org.chromaproxy.adopt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TurnsTest {
    private final Turns turns = new Turns();
    private final AtomicInteger done = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);

    private static CompletableFuture<Void> begin(Runnable work) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            work.run();
            ended.complete(null);
        });
        return ended;
    }

    /** In work that ends when the gate opens. */
    private CompletableFuture<Void> occupied() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Void> ended = begin(() -> turns.exclusively(() -> {
            inside.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }));
        inside.await();
        return ended;
    }

    private CompletableFuture<Void> waiting() {
        CompletableFuture<Thread> who = new CompletableFuture<>();
        CompletableFuture<Void> ended = begin(() -> {
            who.complete(Thread.currentThread());
            turns.ask(done::incrementAndGet);
        });
        await().until(() -> who.join().getState() == Thread.State.WAITING);
        return ended;
    }

    @Test
    void whatIsAskedForWhileOtherWorkIsUnderWayIsDoneAfterItOnceForAll() throws InterruptedException {
        CompletableFuture<Void> other = occupied();
        CompletableFuture<Void> first = waiting();
        turns.ask(done::incrementAndGet);
        assertEquals(0, done.get());
        gate.countDown();
        other.join();
        first.join();
        assertEquals(1, done.get());
        turns.ask(done::incrementAndGet);
        assertEquals(2, done.get());
    }

    @Test
    void workAsksWithinItselfThoughAnotherWaits() {
        turns.exclusively(() -> {
            CompletableFuture<Void> waits = waiting();
            turns.ask(done::incrementAndGet);
            assertEquals(1, done.get());
            assertFalse(waits.isDone());
        });
        await().until(() -> done.get() == 2);
    }

    @Test
    void oneThatIsInterruptedWhileItWaitsLeavesItsPlace() throws InterruptedException {
        CompletableFuture<Void> other = occupied();
        CompletableFuture<Void> ended = begin(() -> {
            Thread.currentThread().interrupt();
            turns.ask(done::incrementAndGet);
        });
        ended.join();
        CompletableFuture<Void> next = waiting();
        gate.countDown();
        other.join();
        next.join();
        assertEquals(1, done.get());
    }
}
