package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.chromaproxy.acceptance.input.RawConnection;
import org.junit.jupiter.api.Test;

/** Reads prefer the follower here, whenever it may serve them. */
class ReadTest extends StagedTest {
    ReadTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(1));
    }

    private static boolean isRead(Call call) {
        return call.is("get");
    }

    private static boolean isList(Call call) {
        return call.uri().contains("/collections?limit");
    }

    private static Reply sick(int status) {
        return Reply.error(status, "InternalError", "error returned from database: (code: 10) disk I/O error");
    }

    /** A collection that the follower may be read for. */
    private Collection inSync() {
        Collection collection = stage().usedCollection();
        await().atMost(Stage.SOON).until(() -> {
            assertEquals(200, collection.read().join().status());
            return !stage().replica().calls(ReadTest::isRead).isEmpty();
        });
        stage().forget();
        return collection;
    }

    private RawConnection sendRead(Collection collection) throws Exception {
        return new RawConnection(stage().client().port())
                .send("POST " + collection.path("get")
                        + " HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 2\r\n\r\n{}");
    }

    @Test
    void aReadThatGetsNoByteFromOneInstanceIsAnsweredByTheOther() {
        Collection collection = inSync();
        stage().replica().once(ReadTest::isRead, new Reply.Close(false));
        Client.Answer answer = collection.read().join();
        assertEquals(200, answer.status());
        assertEquals("[\"first\"]", answer.json().path("ids").toString());
        assertEquals(1, stage().replica().calls(ReadTest::isRead).size());
        assertEquals(1, stage().primary().calls(ReadTest::isRead).size());
    }

    /** A sick disk, for one, answers so while the other instance is well. */
    @Test
    void aReadThatOneInstanceFailsIsAnsweredByTheOther() {
        Collection collection = inSync();
        for (int status : new int[] {500, 503, 429}) {
            stage().replica().once(ReadTest::isRead, sick(status));
            assertEquals(200, collection.read().join().status());
        }
    }

    @Test
    void aReadThatEveryInstanceFailsIsAnsweredInItsWords() {
        Collection collection = inSync();
        Reply failure = Reply.error(500, "InternalError", "Error executing plan: Internal error");
        stage().replica().always(ReadTest::isRead, failure);
        stage().primary().always(ReadTest::isRead, failure);
        Client.Answer answer = collection.read().join();
        assertEquals(500, answer.status());
        assertTrue(answer.body().contains("Error executing plan"), answer.body());
        assertEquals(
                3,
                stage().primary().calls(ReadTest::isRead).size()
                        + stage().replica().calls(ReadTest::isRead).size());
    }

    /** Where only one server is in sync, and its disk fails for a while: the read has its time. */
    @Test
    void aReadWaitsForADiskThatFailsOnEveryInstance() {
        Collection collection = inSync();
        for (int status : new int[] {500, 429}) {
            stage().replica().times(8, ReadTest::isRead, call -> sick(status));
            stage().primary().times(8, ReadTest::isRead, call -> sick(500));
            assertEquals(200, collection.read().join().status());
            assertEquals(200, collection.read().join().status());
        }
        stage().replica().times(8, ReadTest::isList, call -> sick(500));
        stage().primary().times(8, ReadTest::isList, call -> sick(500));
        assertEquals(
                200,
                stage().client()
                        .get(Collection.DATABASE + "/collections")
                        .join()
                        .status());
    }

    @Test
    void aReadThatEveryDiskFailsIsToldWhoseDisksFail() {
        Collection collection = inSync();
        stage().replica().always(ReadTest::isRead, sick(500));
        stage().primary().always(ReadTest::isRead, sick(500));
        Client.Answer answer = collection.read().join();
        assertEquals(503, answer.status());
        assertTrue(
                answer.body()
                        .contains(
                                "primary is up, but says that its disk or database fails, replica is up, but says that"),
                answer.body());
    }

    @Test
    void aListThatOneInstanceFailsOrDropsIsAnsweredByTheOther() {
        Collection collection = inSync();
        // Whose disk failed is left alone for a moment afterwards.
        for (Reply reply : List.of(new Reply.Close(false), sick(500))) {
            stage().replica().once(ReadTest::isList, reply);
            Client.Answer answer =
                    stage().client().get(Collection.DATABASE + "/collections").join();
            assertEquals(200, answer.status());
            assertTrue(answer.body().contains(collection.id()), answer.body());
            assertEquals(1, stage().replica().calls(ReadTest::isList).size());
            stage().forget();
        }
    }

    @Test
    void aReadThatBothInstancesDropIsAnsweredWithAnErrorAndNotTriedForEver() {
        Collection collection = inSync();
        stage().replica().always(ReadTest::isRead, new Reply.Close(false));
        stage().primary().always(ReadTest::isRead, new Reply.Close(false));
        assertEquals(502, collection.read().join().status());
        stage().forget();
        assertEquals(200, collection.read().join().status());
    }

    @Test
    void aReadThatIsDroppedTwiceInARowIsStillAnswered() {
        Collection collection = inSync();
        stage().replica().times(2, ReadTest::isRead, call -> new Reply.Close(false));
        stage().primary().times(2, ReadTest::isRead, call -> new Reply.Close(false));
        assertEquals(200, collection.read().join().status());
    }

    @Test
    void aSmallAnswerThatBreaksMidBodyIsReplacedByTheOtherInstances() {
        Collection collection = inSync();
        stage().replica().once(ReadTest::isRead, new Reply.Half("{\"ids\":[\"an answer\"]}"));
        Client.Answer answer = collection.read().join();
        assertEquals(200, answer.status());
        assertEquals("first", answer.json().path("ids").path(0).asText());
    }

    @Test
    void aReadThatBreaksMidBodyEndsTheConnectionAndHasNoSecondAnswer() throws Exception {
        Collection collection = inSync();
        stage().replica().once(ReadTest::isRead, new Reply.Half("{\"ids\":[\"" + "long".repeat(50_000) + "\"]}"));
        try (RawConnection client = sendRead(collection)) {
            assertThrows(EOFException.class, client::read);
            assertTrue(client.closedByPeer());
        }
        assertEquals(1, stage().replica().calls(ReadTest::isRead).size());
        assertEquals(0, stage().primary().calls(ReadTest::isRead).size());
    }

    @Test
    void anAnswerThatComesSlowlyIsPassedOnAsItComes() throws Exception {
        Collection collection = inSync();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().replica().once(ReadTest::isRead, new Reply.Slow("{\"ids\":[]}", gate));
        try (RawConnection client = sendRead(collection)) {
            awaitRead(stage().replica());
            gate.complete(null);
            assertEquals("{\"ids\":[]}", client.read().body());
        }
    }

    private static void awaitRead(ScriptedChroma instance) {
        await().atMost(Stage.SOON).until(() -> !instance.calls(ReadTest::isRead).isEmpty());
    }

    /** Chroma deletes a collection in steps, and a count between them is 0. */
    @Test
    void aCollectionIsNotReadWhileItIsBeingDeletedNorIsAnAnswerFromThenBelieved() {
        Collection collection = inSync();
        CompletableFuture<Void> readGate = new CompletableFuture<>();
        stage().replica().once(ReadTest::isRead, new Reply.Held(readGate, Reply.json(200, "{\"ids\":[]}")));
        CompletableFuture<Client.Answer> before = collection.read();
        awaitRead(stage().replica());
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(call -> call.deletes(collection.name()), Reply.held(gate));
        stage().replica().once(call -> call.deletes(collection.name()), Reply.held(gate));
        CompletableFuture<Client.Answer> delete =
                stage().client().delete(Collection.DATABASE + "/collections/" + collection.name());
        await().atMost(Stage.SOON)
                .until(() -> !stage().primary()
                        .calls(call -> call.deletes(collection.name()))
                        .isEmpty());
        CompletableFuture<Client.Answer> during = collection.read();
        assertThrows(TimeoutException.class, () -> during.get(500, TimeUnit.MILLISECONDS));
        assertEquals(0, stage().primary().calls(ReadTest::isRead).size());
        gate.complete(null);
        assertEquals(200, delete.join().status());
        readGate.complete(null);
        assertEquals(404, during.join().status());
        assertEquals(404, before.join().status());
    }

    @Test
    void aCollectionWhoseDeletionIsRefusedIsReadAgain() {
        Collection collection = inSync();
        stage().primary()
                .once(
                        call -> call.deletes(collection.name()),
                        Reply.error(400, "InvalidArgumentError", "not this one"));
        assertEquals(
                400,
                stage().client()
                        .delete(Collection.DATABASE + "/collections/" + collection.name())
                        .join()
                        .status());
        assertRead(collection, List.of("first"));
    }

    @Test
    void whileAWriteIsInFlightOnTheLeaderTheFollowerIsNotRead() {
        Collection collection = inSync();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(Call::writes, Reply.held(gate));
        CompletableFuture<Client.Answer> write = collection.add("seen");
        awaitCalls(stage().primary(), 1);
        for (int i = 0; i < 30; i++) {
            assertEquals(200, collection.read().join().status());
        }
        assertEquals(0, stage().replica().calls(ReadTest::isRead).size());
        assertEquals(30, stage().primary().calls(ReadTest::isRead).size());
        CompletableFuture<Void> followers = new CompletableFuture<>();
        stage().replica().once(Call::writes, Reply.held(followers));
        gate.complete(null);
        assertEquals(201, write.join().status());
        awaitCalls(stage().replica(), 1);
        for (int i = 0; i < 30; i++) {
            assertTrue(collection.read().join().body().contains("seen"));
        }
        assertEquals(0, stage().replica().calls(ReadTest::isRead).size());
        followers.complete(null);
        await().atMost(Stage.SOON).until(() -> {
            assertTrue(collection.read().join().body().contains("seen"));
            return !stage().replica().calls(ReadTest::isRead).isEmpty();
        });
    }
}
