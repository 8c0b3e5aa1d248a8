package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A read whose filter keeps a server busy: it answers nobody else meanwhile. */
class HeavyReadTest extends StagedTest {
    private static final String FILTER = "{\"where_document\":{\"$not_regex\":\"a+b\"}}";

    HeavyReadTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(30_000).withUnansweredMs(60_000));
    }

    private static boolean heavy(Call call) {
        return call.body().contains("$not_regex");
    }

    private static boolean heartbeat(Call call) {
        return call.path().equals("/api/v2/heartbeat");
    }

    private int asked() {
        return stage().primary().calls(HeavyReadTest::heavy).size()
                + stage().replica().calls(HeavyReadTest::heavy).size();
    }

    private void holdAll(CompletableFuture<Void> gate) {
        for (ScriptedChroma server : List.of(stage().primary(), stage().replica())) {
            server.always(HeavyReadTest::heavy, Reply.held(gate));
        }
    }

    @Test
    void oneIsUnderWayWhereNobodyLeadsAndEverythingElseGoesOn() {
        Collection collection = stage().usedCollection();
        var gate = new CompletableFuture<Void>();
        holdAll(gate);
        var first = collection.write("get", FILTER);
        await().atMost(Stage.SOON).until(() -> asked() == 1);
        var second = collection.write("query", FILTER);
        assertEquals(201, collection.add("meanwhile").join().status());
        assertRead(collection, List.of("first", "meanwhile"));
        assertEquals(1, stage().replica().calls(HeavyReadTest::heavy).size());
        assertEquals(1, asked());
        assertFalse(second.isDone());
        gate.complete(null);
        assertEquals(200, first.join().status(), first.join().body());
        second.join();
        assertTrue(asked() >= 2);
    }

    @Test
    void aBodyInPiecesIsKnownBeforeAServerIsAsked() {
        Collection collection = stage().usedCollection();
        String ids = "\"ids\":[\"" + "x".repeat(100_000) + "\"]";
        Client.Answer answer =
                collection.write("get", "{" + ids + "," + FILTER.substring(1)).join();
        assertEquals(200, answer.status(), answer.body());
        assertEquals(1, asked());
        String more = "{\"ids\":[\"" + "x".repeat(300_000) + "\"]," + FILTER.substring(1);
        assertEquals(400, collection.write("get", more).join().status());
        assertEquals(1, asked());
    }

    @Test
    void oneThatIsRefusedTakesNoTurn() {
        Collection collection = stage().usedCollection();
        String beyond = "{\"where_document\":{\"$regex\":\"" + "[a-z]".repeat(200) + "\"}}";
        for (int i = 0; i < 3; i++) {
            Client.Answer refused = collection.write("get", beyond).join();
            assertEquals(400, refused.status(), refused.body());
        }
        Client.Answer answer = collection.write("get", FILTER).join();
        assertEquals(200, answer.status(), answer.body());
    }

    @Test
    void whatAServerDoesNotAnswerIsNotTriedOnTheOther() {
        Collection collection = stage().usedCollection();
        for (ScriptedChroma server : List.of(stage().primary(), stage().replica())) {
            server.always(HeavyReadTest::heavy, new Reply.Close(false));
        }
        Client.Answer answer = collection.write("get", FILTER).join();
        assertEquals(503, answer.status(), answer.body());
        assertTrue(answer.body().contains("no other is asked"), answer.body());
        assertTrue(Integer.parseInt(answer.header("retry-after")) > 0);
        assertEquals(1, asked());
    }

    @Test
    void thoseThatWaitAreBounded() {
        Collection collection = stage().usedCollection();
        var gate = new CompletableFuture<Void>();
        holdAll(gate);
        List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answers.add(collection.write("get", FILTER));
        }
        Client.Answer refused = (Client.Answer) CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new))
                .join();
        assertEquals(429, refused.status(), refused.body());
        assertTrue(refused.body().contains("one after the other"), refused.body());
        assertTrue(Integer.parseInt(refused.header("retry-after")) > 0);
        JsonNode told = stage().client().get("/status").join().json().path("heavy_reads");
        assertEquals(
                List.of(1, 4),
                List.of(told.path("active").intValue(), told.path("waiting").intValue()));
        assertTrue(told.path("refused").intValue() > 0, told.toString());
        gate.complete(null);
        assertEquals(
                5,
                answers.stream().filter(answer -> answer.join().status() == 200).count());
    }

    /** Who leaves does not stop the server: the next one would double what it has to do. */
    @Test
    void whoLeavesKeepsItsTurnUntilTheServerIsThrough() throws Exception {
        Collection collection = stage().usedCollection();
        var gate = new CompletableFuture<Void>();
        holdAll(gate);
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), stage().client().port())) {
            String head = "POST " + collection.path("get") + " HTTP/1.1\r\nHost: a\r\nContent-Length: "
                    + FILTER.length() + "\r\n\r\n";
            client.getOutputStream().write((head + FILTER).getBytes(StandardCharsets.US_ASCII));
            await().atMost(Stage.SOON).until(() -> asked() == 1);
        }
        var next = collection.write("get", FILTER);
        assertEquals(201, collection.add("meanwhile").join().status());
        assertRead(collection, List.of("first", "meanwhile"));
        assertEquals(1, asked());
        gate.complete(null);
        assertEquals(200, next.join().status());
        assertEquals(2, asked());
    }

    /** As Chroma does: what touches its database waits, what does not is answered. */
    @Test
    void aServerThatEvaluatesAFilterIsNotDown() {
        Collection collection = stage().usedCollection();
        var gate = new CompletableFuture<Void>();
        stage().replica().always(call -> !heartbeat(call), Reply.held(gate));
        var answer = collection.write("get", FILTER);
        // One every quarter of a second, from the first second of silence on: longer than a dead server is waited for.
        await().atMost(Stage.SOON)
                .until(() -> stage().replica().calls(HeavyReadTest::heartbeat).size() >= 12);
        assertEquals(
                2,
                stage().client()
                        .get("/status")
                        .join()
                        .json()
                        .path("healthy_instances")
                        .asInt());
        assertEquals(201, collection.add("meanwhile").join().status());
        assertRead(collection, List.of("first", "meanwhile"));
        gate.complete(null);
        assertEquals(200, answer.join().status());
        awaitHeld(stage().replica(), collection, "meanwhile");
    }
}
