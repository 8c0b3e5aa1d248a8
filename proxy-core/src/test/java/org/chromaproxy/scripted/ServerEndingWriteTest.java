package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Writes on which Chroma's process ends: whoever watches it starts it anew, and a proxy that sends it the same once more ends
 * it again. Such a write must be found out and given up, and no other for it.
 */
class ServerEndingWriteTest extends StagedTest {
    /** So often each server is started anew; then it lives, and the test has shown what it should not. */
    private static final int STARTS = 12;

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration QUIET = Duration.ofSeconds(10);

    private ScheduledExecutorService supervisor = Executors.newSingleThreadScheduledExecutor();

    ServerEndingWriteTest() {
        super(Stage.Settings.DEFAULT);
    }

    /** Nobody is started anew any more; one that is being started is there in a moment. */
    @AfterEach
    void endSupervision() throws InterruptedException {
        supervisor.shutdown();
        assertTrue(supervisor.awaitTermination(Stage.SOON.toSeconds(), TimeUnit.SECONDS));
        supervisor = Executors.newSingleThreadScheduledExecutor();
    }

    private static boolean poison(Call call) {
        return (call.writes() || call.creates("poison-create")) && call.body().contains("poison");
    }

    /** From now on, poison ends it; it is there again a moment later. */
    private AtomicInteger ends(ScriptedChroma instance) {
        AtomicInteger ends = new AtomicInteger();
        instance.times(STARTS, ServerEndingWriteTest::poison, call -> {
            ends.incrementAndGet();
            restart(instance);
            return new Reply.Never();
        });
        return ends;
    }

    private void restart(ScriptedChroma instance) {
        supervisor.execute(instance::vanish);
        supervisor.schedule(instance::reappear, 300, TimeUnit.MILLISECONDS);
    }

    @Test
    void anAddOnWhichEveryServerEndsIsGivenUpAndNoOtherForIt() {
        Collection collection = stage().usedCollection();
        Collection other = stage().usedCollection();
        AtomicInteger primary = ends(stage().primary());
        AtomicInteger replica = ends(stage().replica());
        CompletableFuture<Client.Answer> write = collection.add("poison");
        await().atMost(LONG).until(() -> outcomes(collection).equals(List.of("ABANDONED 500")));
        write.join();
        for (AtomicInteger ends : List.of(primary, replica)) {
            assertTrue(ends.get() > 1 && ends.get() < STARTS, "ended " + primary + " and " + replica + " times");
        }
        int tried = primary.get() + replica.get();

        await().atMost(Stage.SOON).until(() -> collection.add("healthy").join().status() == 201);
        await().atMost(Stage.SOON).until(() -> other.add("elsewhere").join().status() == 201);
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            awaitHeld(instance, collection, "healthy");
            awaitHeld(instance, other, "elsewhere");
        }
        assertEquals(tried, primary.get() + replica.get(), "it was sent again");
        assertEquals(List.of(), outcomes(other));
    }

    @Test
    void aCreateOnWhichEveryServerEndsIsGivenUpAndOthersAreMade() {
        String name = "poison-create";
        AtomicInteger primary = ends(stage().primary());
        AtomicInteger replica = ends(stage().replica());
        CompletableFuture<Client.Answer> create =
                stage().client().post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}");
        await().atMost(LONG)
                .until(() -> stage().log()
                        .look("SELECT o.state || ' ' || o.status FROM log_record r JOIN record_outcome o"
                                + " ON o.lsn = r.lsn WHERE r.name = '" + name + "'")
                        .equals(List.of("ABANDONED 500")));
        create.join();
        assertTrue(primary.get() < STARTS && replica.get() < STARTS, "ended " + primary + " and " + replica + " times");
        await().atMost(Stage.SOON)
                .until(() -> stage().client()
                                .post(Collection.DATABASE + "/collections", "{\"name\":\"healthy-create\"}")
                                .join()
                                .status()
                        == 200);
    }

    @Test
    void aDeleteWhoseMatchesNoServerOutlivesIsGivenUp() {
        Collection collection = stage().usedCollection();
        AtomicInteger primary = ends(stage().primary());
        AtomicInteger replica = ends(stage().replica());
        CompletableFuture<Client.Answer> write =
                collection.write("delete", "{\"where\":{\"k\":\"poison\"},\"limit\":3}");
        await().atMost(LONG).until(() -> outcomes(collection).equals(List.of("ABANDONED 500")));
        write.join();
        assertTrue(primary.get() < STARTS && replica.get() < STARTS, "ended " + primary + " and " + replica + " times");
    }

    /** As an index without links in Chroma 1.5.9: what ended the server once ends it at each later look at the collection. */
    @Test
    void aCollectionOnWhichServersEndWhateverTheyAreAskedEndsThemNoLonger() {
        Collection collection = stage().usedCollection();
        Collection other = stage().usedCollection();
        AtomicInteger ends = new AtomicInteger();
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            awaitHeld(instance, collection, "first");
            String own = instance.model().idOf(collection.name());
            AtomicInteger met = new AtomicInteger();
            instance.times(
                    5 * STARTS,
                    call -> poison(call) || (met.get() > 0 && call.path().contains(own)),
                    call -> {
                        met.incrementAndGet();
                        ends.incrementAndGet();
                        restart(instance);
                        return new Reply.Never();
                    });
        }
        CompletableFuture<Client.Answer> write = collection.add("poison");
        await().atMost(LONG).until(() -> outcomes(collection).equals(List.of("ABANDONED 500")));
        write.join();
        AtomicInteger before = new AtomicInteger();
        await().atMost(LONG).during(QUIET).until(() -> {
            boolean well = other.add("more").join().status() == 201;
            int now = ends.get();
            return before.getAndSet(now) == now && well;
        });
        assertTrue(ends.get() < 4 * STARTS, "ended " + ends + " times");
        assertEquals(List.of("primary READY", "replica READY"), places(other));
        assertEquals(List.of(), outcomes(other));
    }

    /** Servers are killed for reasons of their own, again and again, while the same write is under way. */
    @Test
    void aWriteThatIsUnderWayTwiceWhenItsServerEndsIsNotGivenUp() {
        Collection collection = stage().usedCollection();
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.times(2, ServerEndingWriteTest::poison, call -> {
                restart(instance);
                return new Reply.Never();
            });
        }
        CompletableFuture<Client.Answer> write = collection.add("poison");
        awaitHeld(stage().primary(), collection, "poison");
        awaitHeld(stage().replica(), collection, "poison");
        write.join();
        assertTrue(outcomes(collection).stream().noneMatch(each -> each.startsWith("ABANDONED")));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }
}
