package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.acceptance.input.RawConnection;
import org.junit.jupiter.api.Test;

/** Neither a client that leaves nor one that repeats itself changes how often its write is executed: once. */
class OneEffectTest extends StagedTest {
    OneEffectTest() {
        super(Stage.Settings.DEFAULT);
    }

    private RawConnection sendAdd(Collection collection, String record) throws Exception {
        String body = Collection.record(record);
        return new RawConnection(stage().client().port())
                .send("POST " + collection.path("add")
                        + " HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\n" + "Content-Length: "
                        + body.length() + "\r\n\r\n" + body);
    }

    @Test
    void aClientThatHangsUpWhileItsWriteIsUnderWayCancelsNothing() throws Exception {
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(Call::writes, Reply.held(gate));
        RawConnection client = sendAdd(collection, "left-alone");
        awaitCalls(stage().primary(), 1);
        client.reset();
        for (int i = 0; i < 10; i++) {
            assertEquals(200, stage().client().get("/api/v2/heartbeat").join().status());
        }
        Call held = stage().primary().calls(Call::writes).getFirst();
        assertTrue(held.connectionOpen(), "the connection to the instance was closed");
        gate.complete(null);
        awaitHeld(stage().primary(), collection, "left-alone");
        awaitHeld(stage().replica(), collection, "left-alone");
        assertEquals(1, stage().primary().calls(Call::writes).size());
    }

    @Test
    void aClientThatClosesOnceItsWriteIsLoggedStillGetsItExecuted() throws Exception {
        Collection collection = stage().usedCollection();
        stage().primary().once(Call::writes, Reply.after(50));
        RawConnection client = sendAdd(collection, "posted");
        awaitCalls(stage().primary(), 1);
        client.close();
        awaitHeld(stage().primary(), collection, "posted");
        awaitHeld(stage().replica(), collection, "posted");
        assertEquals(1, stage().primary().calls(Call::writes).size());
        assertEquals(1, stage().replica().calls(Call::writes).size());
    }

    @Test
    void requestsUnderOneTransactionIdShareOneExecutionAndItsAnswer() {
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(Call::writes, Reply.held(gate));
        String id = "tx-" + UUID.randomUUID();
        String body = Collection.record("once");
        List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            answers.add(collection.write("add", body, "Transaction-ID", id));
        }
        awaitCalls(stage().primary(), 1);
        gate.complete(null);
        for (CompletableFuture<Client.Answer> answer : answers) {
            assertEquals(201, answer.join().status(), answer.join().toString());
            assertEquals(id, answer.join().header("transaction-id"));
        }
        await().atMost(Stage.SOON).until(() -> outcomes(collection).equals(List.of("COMPLETED 201")));
        Client.Answer later =
                collection.write("add", body, "Transaction-ID", id).join();
        assertEquals(201, later.status());
        assertEquals(answers.getFirst().join().body(), later.body());
        Client.Answer other = collection
                .write("add", Collection.record("other"), "Transaction-ID", id)
                .join();
        assertEquals(422, other.status());
        assertEquals(201, collection.add("end").join().status());
        awaitHeld(stage().replica(), collection, "end");
        assertEquals(2, stage().primary().calls(Call::writes).size());
        assertEquals(List.of("first", "once", "end"), stage().replica().model().ids(collection.name()));
    }

    @Test
    void aRefusalIsRepeatedWordForWordToARetryOfTheSameTransaction() {
        Collection collection = stage().usedCollection();
        stage().primary().once(Call::writes, Reply.error(400, "InvalidArgumentError", "bad"));
        String[] id = {"Idempotency-Key", "tx-" + UUID.randomUUID()};
        Client.Answer first =
                collection.write("add", Collection.record("no"), id).join();
        Client.Answer second =
                collection.write("add", Collection.record("no"), id).join();
        assertEquals(400, first.status());
        assertEquals(400, second.status());
        assertEquals(first.body(), second.body());
        assertEquals(1, stage().primary().calls(Call::writes).size());
    }

    @Test
    void aRetryOfADeleteOfTheCollectionItselfGetsTheFirstAnswer() {
        Collection collection = stage().usedCollection();
        String[] id = {"Transaction-ID", "tx-" + UUID.randomUUID()};
        String path = Collection.DATABASE + "/collections/" + collection.name();
        Client.Answer first = stage().client().delete(path, id).join();
        Client.Answer second = stage().client().delete(path, id).join();
        Client.Answer other = stage().client().delete(path).join();
        assertEquals(200, first.status());
        assertEquals(200, second.status());
        assertEquals(first.body(), second.body());
        assertEquals(404, other.status());
    }

    /** Somebody deleted it there; the catalog must not stand still for it. */
    @Test
    void aGetOrCreateOfACollectionThatTheLeaderHasLostIsAnsweredByTheOther() {
        Collection collection = stage().usedCollection();
        awaitHeld(stage().replica(), collection, "first");
        String path = Collection.DATABASE + "/collections";
        String again = "{\"name\":\"" + collection.name() + "\",\"get_or_create\":true}";
        stage().primary()
                .always(
                        call -> call.path().endsWith("/" + collection.name()),
                        Reply.error(404, "NotFoundError", "Collection [" + collection.name() + "] does not exist."));
        Client.Answer answer = stage().client().post(path, again).join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals(collection.id(), answer.json().path("id").asText());
        String other = "{\"name\":\"other-" + UUID.randomUUID() + "\"}";
        assertEquals(200, stage().client().post(path, other).join().status());
        assertEquals(201, collection.add("later").join().status());
        awaitHeld(stage().replica(), collection, "later");
        assertRead(collection, List.of("first", "later"));
    }

    @Test
    void aGetOrCreateOfACollectionThatEverybodyHasLostIsRefusedWithTheReason() {
        Collection collection = stage().usedCollection();
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(
                    call -> call.path().endsWith("/" + collection.name()),
                    Reply.error(404, "NotFoundError", "Collection [" + collection.name() + "] does not exist."));
        }
        String path = Collection.DATABASE + "/collections";
        String again = "{\"name\":\"" + collection.name() + "\",\"get_or_create\":true}";
        Client.Answer answer = stage().client().post(path, again).join();
        assertEquals(500, answer.status(), answer.body());
        assertTrue(answer.body().contains("behind the proxy's back"), answer.body());
        String other = "{\"name\":\"other-" + UUID.randomUUID() + "\"}";
        assertEquals(200, stage().client().post(path, other).join().status());
    }

    @Test
    void aCreateThatWasExecutedWithoutAnAnswerIsFoundAgainByItsName() {
        String name = "made-" + UUID.randomUUID();
        stage().primary().once(call -> call.creates(name), new Reply.Close(true));
        Client.Answer answer = stage().client()
                .post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}")
                .join();
        assertEquals(200, answer.status(), answer.body());
        String publicId = answer.json().path("id").asText();
        assertNotEquals(stage().primary().model().idOf(name), publicId);
        assertEquals(2, stage().primary().calls(call -> call.creates(name)).size());
        Collection collection = new Collection(stage(), name, publicId);
        assertEquals(201, collection.add("in").join().status());
        awaitHeld(stage().primary(), collection, "in");
        awaitHeld(stage().replica(), collection, "in");
    }
}
