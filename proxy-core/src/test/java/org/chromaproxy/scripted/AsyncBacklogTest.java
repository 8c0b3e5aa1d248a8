package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Clients write without waiting, for long and faster than the instances: the log holds it, not the memory. */
class AsyncBacklogTest {
    private static final int MANY = 4_000;
    /** A lane holds a thousand; what is read back comes in pages of two hundred. */
    private static final int MOST_RECORDS = 1_300;

    private static final long MIB = 1 << 20;
    /** An eighth of the memory, and what was on its way when that was reached. */
    private static final long MOST_BYTES = 62 * MIB;

    private static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "r" + i).toList();
    }

    private static void assertAppliedInOrderOnce(Stage stage, Collection collection, int count) {
        List<String> expected = AsyncCalls.logged(collection);
        assertEquals(count + 1, expected.size());
        for (ScriptedChroma instance : List.of(stage.primary(), stage.replica())) {
            await().atMost(Stage.SOON)
                    .until(() -> instance.model().ids(collection.name()).size() == count + 1);
            assertEquals(expected, instance.model().ids(collection.name()));
        }
    }

    /** How often each record was sent to an instance, in order of their first sending. */
    private static List<String> sent(ScriptedChroma instance) {
        List<String> sent = new ArrayList<>();
        for (Call call : instance.calls(call -> call.is("add"))) {
            String ids = call.body()
                    .substring(call.body().indexOf('[') + 1, call.body().indexOf(']'));
            for (String id : ids.split(",", -1)) {
                sent.add(id.replace("\"", ""));
            }
        }
        return sent;
    }

    @Test
    void aBurstOfThousandsIsHeldInTheLogAndAppliedInOrderOnce() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            CompletableFuture<Void> gate = new CompletableFuture<>();
            stage.primary().once(Call::writes, Reply.held(gate));
            List<String> transactions = AsyncCalls.addAll(collection, ids(MANY), "");
            assertTrue(AsyncCalls.metric(stage.client(), "lane_records") <= MOST_RECORDS);
            assertEquals(MANY, AsyncCalls.metric(stage.client(), "writes_pending"));
            assertEquals("ATTEMPTING 0", AsyncCalls.state(stage.client(), transactions.getLast(), "0s"));

            CompletableFuture<Client.Answer> waits = collection.add("waits");
            gate.complete(null);

            assertEquals(201, waits.join().status(), "a client that waits, behind them all");
            assertEquals("COMPLETED 201", AsyncCalls.state(stage.client(), transactions.getLast(), "20s"));
            assertAppliedInOrderOnce(stage, collection, MANY + 1);
            List<String> logged = AsyncCalls.logged(collection);
            assertEquals(logged.subList(1, logged.size()), sent(stage.primary()));
            assertEquals(logged.subList(1, logged.size()), sent(stage.replica()));
            await().atMost(Stage.SOON).until(() -> AsyncCalls.metric(stage.client(), "lane_records") == 0);
            assertEquals(0, AsyncCalls.metric(stage.client(), "lane_body_bytes"));
            assertEquals(0, AsyncCalls.metric(stage.client(), "lane_recovered_total"), "nothing had to be recovered");
        }
    }

    @Test
    void largeBodiesDoNotFillTheMemoryHoweverFew() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            CompletableFuture<Void> gate = new CompletableFuture<>();
            stage.primary().once(Call::writes, Reply.held(gate));
            AsyncCalls.addAll(collection, ids(100), "x".repeat((int) MIB));
            assertTrue(AsyncCalls.metric(stage.client(), "lane_body_bytes") <= MOST_BYTES);
            gate.complete(null);
            assertAppliedInOrderOnce(stage, collection, 100);
        }
    }

    @Test
    void writesThatGoOnWhileTheBacklogIsWorkedOffAreAppliedInOrderOnce() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.primary().times(20, Call::writes, call -> Reply.after(100));
            AsyncCalls.addAll(collection, ids(MANY), "");
            assertAppliedInOrderOnce(stage, collection, MANY);
        }
    }

    @Test
    void theReplicaTakesOverABacklogThatIsInTheLogOnly() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.primary().always(Call::writes, new Reply.Never());
            List<String> transactions = AsyncCalls.addAll(collection, ids(MANY), "");

            stage.primary().vanish();

            assertEquals("COMPLETED 201", AsyncCalls.state(stage.client(), transactions.getLast(), "20s"));
            stage.primary().forget();
            stage.primary().reappear();
            assertAppliedInOrderOnce(stage, collection, MANY);
        }
    }

    @Test
    void whatIsAcceptedWhileNobodyIsThereIsAppliedByWhoeverReturnsFirst() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.primary().vanish();
            assertEquals(201, collection.add("led by the replica").join().status());
            stage.replica().vanish();
            List<String> transactions = AsyncCalls.addAll(collection, ids(1_500), "");

            stage.primary().reappear();

            assertEquals("COMPLETED 201", AsyncCalls.state(stage.client(), transactions.getLast(), "20s"));
            stage.replica().reappear();
            assertAppliedInOrderOnce(stage, collection, 1_501);
        }
    }

    @Test
    void aRestartedProxyAppliesWhatWasAcceptedAndKeepsItsOutcome() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.primary().always(Call::writes, new Reply.Never());
            List<String> transactions = AsyncCalls.addAll(collection, ids(MANY), "");
            try (Client client = stage.restartProxy(() -> stage.primary().forget())) {
                for (String transaction : List.of(transactions.getFirst(), transactions.getLast())) {
                    assertEquals("COMPLETED 201", AsyncCalls.state(client, transaction, "20s"));
                }
            }
            assertAppliedInOrderOnce(stage, collection, MANY);
        }
    }

    @Test
    void atTheLogsBoundTheyAreRefusedAndWritesThatWaitAreNot() throws Exception {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withPending(100_000))) {
            Collection collection = stage.usedCollection();
            CompletableFuture<Void> gate = new CompletableFuture<>();
            stage.primary().once(Call::writes, Reply.held(gate));
            int accepted = 0;
            Client.Answer answer = collection
                    .write("add", Collection.record("r0"), AsyncCalls.PREFER)
                    .join();
            while (answer.status() == 202 && accepted < 1_000) {
                accepted++;
                answer = collection
                        .write("add", Collection.record("r" + accepted), AsyncCalls.PREFER)
                        .join();
            }
            assertEquals(503, answer.status(), "after " + accepted);
            assertTrue(Integer.parseInt(answer.header("retry-after")) > 0);
            assertEquals(accepted + 1, AsyncCalls.logged(collection).size(), "what is refused is not logged");
            assertEquals(1, AsyncCalls.metric(stage.client(), "async_refused_total"));
            CompletableFuture<Client.Answer> waits = collection.add("waits");
            gate.complete(null);
            assertEquals(201, waits.join().status());
            assertAppliedInOrderOnce(stage, collection, accepted + 1);
            assertEquals(
                    202,
                    collection
                            .write("add", Collection.record("again"), AsyncCalls.PREFER)
                            .join()
                            .status());
        }
    }
}
