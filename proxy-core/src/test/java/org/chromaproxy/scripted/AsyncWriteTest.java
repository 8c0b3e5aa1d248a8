package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A client that prefers not to wait is answered once its write is logged; the outcome is found later. */
class AsyncWriteTest extends StagedTest {
    AsyncWriteTest() {
        super(Stage.Settings.DEFAULT);
    }

    private Client.Answer send(Collection collection, String operation, String body, String... more) {
        String[] headers = new String[more.length + 2];
        System.arraycopy(AsyncCalls.PREFER, 0, headers, 0, 2);
        System.arraycopy(more, 0, headers, 2, more.length);
        return collection.write(operation, body, headers).join();
    }

    @Test
    void itIsAcceptedBeforeAnyInstanceAnsweredAndAppliedOnBoth() {
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(Call::writes, Reply.held(gate));

        Client.Answer accepted = send(collection, "add", Collection.record("later"));

        assertEquals(202, accepted.status(), accepted.body());
        assertEquals("respond-async", accepted.header("preference-applied"));
        String id = accepted.header("transaction-id");
        assertEquals("/transactions/" + id, accepted.header("location"));
        assertEquals(id, accepted.json().path("transaction_id").asText());
        assertEquals("ATTEMPTING 0", AsyncCalls.state(stage().client(), id, "0s"));
        gate.complete(null);
        assertEquals("COMPLETED 201", AsyncCalls.state(stage().client(), id, "20s"));
        assertTrue(stage().primary().model().ids(collection.name()).contains("later"));
        awaitHeld(stage().replica(), collection, "later");
        assertEquals(
                "", stage().primary().calls(Call::writes).getFirst().headers().get("prefer", ""));
    }

    @Test
    void everyRecordWriteMayBeAsynchronousAndTheyKeepTheirOrder() {
        Collection collection = stage().usedCollection();
        assertEquals(202, send(collection, "add", Collection.record("a")).status());
        assertEquals(202, send(collection, "upsert", Collection.record("b")).status());
        assertEquals(202, send(collection, "update", Collection.record("b")).status());
        String last = send(collection, "delete", "{\"ids\":[\"a\"]}").header("transaction-id");
        assertEquals("COMPLETED 200", AsyncCalls.state(stage().client(), last, "20s"));
        assertRead(collection, List.of("first", "b"));
    }

    @Test
    void whoDoesNotPreferItOrCreatesACollectionWaits() {
        Collection collection = stage().usedCollection();
        assertEquals(
                201,
                collection
                        .write("add", Collection.record("x"), "Prefer", "return=minimal; foo=\"a, respond-async\"")
                        .join()
                        .status());
        assertEquals(
                202,
                collection
                        .write("add", Collection.record("y"), "Prefer", "wait=5, Respond-Async")
                        .join()
                        .status());
        Client.Answer created = stage().client()
                .post(
                        Collection.DATABASE + "/collections",
                        "{\"name\":\"c-" + UUID.randomUUID() + "\"}",
                        AsyncCalls.PREFER)
                .join();
        assertEquals(200, created.status());
    }

    @Test
    void aRefusalIsFoundByItsTransactionAfterARestartToo() throws Exception {
        try (Stage own = Stage.open()) {
            Collection collection = own.usedCollection();
            own.primary().once(Call::writes, Reply.error(400, "InvalidArgumentError", "wrong dimension"));
            Client.Answer accepted = send(collection, "add", Collection.record("no"), "Transaction-ID", "mine");
            assertEquals(202, accepted.status());
            String page = accepted.header("location");
            assertEquals("mine", accepted.header("transaction-id"));
            assertEquals("FAILED 400", AsyncCalls.state(own.client(), "mine", "20s"));

            try (Client client = own.restartProxy()) {
                Client.Answer later = client.get(page).join();
                assertEquals("FAILED", later.json().path("status").asText());
                assertTrue(later.json().path("failure_reason").asText().contains("wrong dimension"), later.body());
                assertEquals(
                        400,
                        client.post(collection.path("add"), Collection.record("no"), "Transaction-ID", "mine")
                                .join()
                                .status());
            }
            assertEquals(List.of("first"), own.replica().model().ids(collection.name()));
        }
    }

    @Test
    void retriesOfOneTransactionHaveOneEffectWhetherTheyWaitOrNot() {
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(Call::writes, Reply.held(gate));
        String[] id = {"Transaction-ID", "tx-" + UUID.randomUUID()};
        String body = Collection.record("once");
        assertEquals(202, send(collection, "add", body, id).status());
        assertEquals(202, send(collection, "add", body, id).status());
        CompletableFuture<Client.Answer> waiting = collection.write("add", body, id);
        awaitCalls(stage().primary(), 1);
        gate.complete(null);
        assertEquals(201, waiting.join().status());
        await().atMost(Stage.SOON).until(() -> outcomes(collection).equals(List.of("COMPLETED 201")));
        assertEquals(201, send(collection, "add", body, id).status(), "its outcome is known by now");
        assertEquals(
                422, send(collection, "add", Collection.record("other"), id).status());
        assertEquals(1, stage().primary().calls(Call::writes).size());
    }
}
