package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server, or something in front of it, says for a while that it is too busy: a maintenance page, a rate limit, a warm-up. */
class BusyServerTest extends StagedTest {
    /** Longer than leadership takes to move on a busy machine, shorter than an instance may leave a write unanswered. */
    BusyServerTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(15_000).withUnansweredMs(60_000));
    }

    private static boolean everything(Call call) {
        return true;
    }

    private static Reply busy(int status) {
        return new Reply.Fixed(status, "text/html", "<html>later</html>");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void whatALeaderIsTooBusyForIsDecidedByTheOther(int status) {
        Collection collection = stage().usedCollection();
        stage().primary().always(BusyServerTest::everything, busy(status));
        Client.Answer answer = collection.add("meanwhile").join();
        assertEquals(201, answer.status(), answer.body());
        assertRead(collection, List.of("first", "meanwhile"));
        stage().forget();
        awaitHeld(stage().primary(), collection, "meanwhile");
        assertEquals(201, collection.add("later").join().status());
        awaitHeld(stage().primary(), collection, "later");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
        assertEquals(List.of(), outcomes(collection));
    }

    /** As Chroma while it executes a long write: what touches its database waits, what does not is answered. */
    @Test
    void aServerThatExecutesALongWriteIsNotDown() {
        Collection collection = stage().usedCollection();
        var gate = new CompletableFuture<Void>();
        stage().primary().always(call -> !heartbeat(call), Reply.held(gate));
        var write = collection.add("long");
        // One every quarter of a second, from the first second of silence on: longer than a dead server is waited for.
        await().atMost(Stage.SOON)
                .until(() -> stage().primary().calls(BusyServerTest::heartbeat).size() >= 12);
        var status = stage().client().get("/status").join().json();
        assertEquals(
                2,
                status.path("healthy_instances").asInt(),
                status.path("instances").toString());
        assertEquals(false, write.isDone());
        gate.complete(null);
        assertEquals(201, write.join().status());
        assertEquals(
                List.of(),
                stage().log().look("SELECT instance FROM lane_leader WHERE lane = '" + collection.id() + "'"));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    private static boolean heartbeat(Call call) {
        return call.path().equals("/api/v2/heartbeat");
    }

    /** The proxy's own small writes pass: only this collection's leader has to change. */
    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void aLimitOnOneRouteOnlyMovesThatCollectionsWritesToo(int status) {
        Collection collection = stage().usedCollection();
        stage().primary().always(Call::writes, busy(status));
        assertEquals(201, collection.add("meanwhile").join().status());
        assertRead(collection, List.of("first", "meanwhile"));
        stage().forget();
        awaitHeld(stage().primary(), collection, "meanwhile");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    @Test
    void aWriteThatEveryServerIsTooBusyForWaitsAndIsNeverGivenUp() {
        Collection collection = stage().usedCollection();
        stage().primary().always(Call::writes, busy(429));
        stage().replica().always(Call::writes, busy(503));
        var answer = collection.add("patient");
        awaitCalls(stage().primary(), 3);
        awaitCalls(stage().replica(), 2);
        stage().forget();
        assertEquals(201, answer.join().status());
        awaitHeld(stage().primary(), collection, "patient");
        awaitHeld(stage().replica(), collection, "patient");
        assertEquals(List.of(), outcomes(collection));
    }

    /** A hand-over waits for both sides to come to rest: one request without an answer must not stop all writes. */
    @Test
    void aHandOverThatDoesNotComeToRestEndsAndWritesGoOn() {
        Collection collection = stage().usedCollection();
        stage().replica().once(Call::writes, new Reply.Never());
        assertEquals(201, collection.add("one").join().status());
        awaitCalls(stage().replica(), 1);
        var drained =
                stage().client().post("/admin/instances/primary/drain", "{}").join();
        assertEquals(true, drained.status() < 300, drained.body());
        try {
            for (int i = 0; i < 3; i++) {
                assertEquals(201, collection.add("while drained " + i).join().status());
            }
        } finally {
            stage().client().post("/admin/instances/primary/resume", "{}").join();
            stage().replica().vanish();
            stage().replica().reappear();
        }
        awaitHeld(stage().replica(), collection, "while drained 2");
        await().atMost(Stage.SOON)
                .until(() -> stage().client()
                        .get("/health")
                        .join()
                        .json()
                        .path("healthy_instances")
                        .asText()
                        .equals("2/2"));
    }
}
