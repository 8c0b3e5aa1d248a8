package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.acceptance.input.RawConnection;
import org.junit.jupiter.api.Test;

/** At MAX_CONCURRENT_REQUESTS requests wait in line; beyond REQUEST_QUEUE_SIZE they are refused. */
class RequestQueueTest extends StagedTest {
    RequestQueueTest() {
        super(Stage.Settings.DEFAULT.withRequests(2, 3));
    }

    private long metric(String name) {
        return AsyncCalls.metric(stage().client(), name);
    }

    private void awaitMetric(String name, long value) {
        await().atMost(Stage.SOON).until(() -> metric(name) == value);
    }

    @Test
    void requestsWaitTheirTurnAndBeyondTheQueueAreRefusedWithNothingLogged() throws Exception {
        Collection collection = stage().usedCollection();
        long refusedBefore = metric("requests_rejected_total");
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> first = new CompletableFuture<>();
        stage().primary().once(Call::writes, Reply.held(first));
        stage().primary().always(Call::writes, Reply.held(gate));
        List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
        answers.add(collection.add("a"));
        answers.add(collection.add("b"));
        awaitMetric("requests_active", 3);
        for (int i = 0; i < 2; i++) {
            answers.add(collection.add("waits-" + i));
            awaitMetric("requests_waiting", i + 1);
        }
        String body = Collection.record("left");
        RawConnection leaves = new RawConnection(stage().client().port())
                .send("POST " + collection.path("add") + " HTTP/1.1\r\nHost: proxy\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body);
        awaitMetric("requests_waiting", 3);

        Client.Answer refused = collection.add("refused").join();
        assertEquals(503, refused.status());
        assertTrue(Integer.parseInt(refused.header("retry-after")) > 0);
        assertEquals(refusedBefore + 1, metric("requests_rejected_total"));
        assertEquals(200, stage().client().get("/health").join().status(), "operators are never refused");

        leaves.reset();
        // One turn is given after the other: two at once would be logged in either order, by two event loops.
        first.complete(null);
        await().atMost(Stage.SOON).until(() -> AsyncCalls.logged(collection).contains("waits-0"));
        gate.complete(null);
        for (CompletableFuture<Client.Answer> answer : answers) {
            assertEquals(201, answer.join().status());
        }
        awaitMetric("requests_waiting", 0);
        awaitMetric("requests_active", 1);
        List<String> logged = AsyncCalls.logged(collection);
        assertEquals(List.of("waits-0", "waits-1"), logged.subList(3, 5), "in the order of asking");
        assertTrue(!logged.contains("refused"), logged.toString());
        assertEquals(201, collection.add("after").join().status());
    }

    @Test
    void aClientThatHangsUpGivesItsPlaceBack() throws Exception {
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(Call::writes, Reply.held(gate));
        List<RawConnection> held = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String body = Collection.record("held-" + i);
            held.add(new RawConnection(stage().client().port())
                    .send("POST " + collection.path("add") + " HTTP/1.1\r\nHost: proxy\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body));
        }
        awaitMetric("requests_active", 3);
        CompletableFuture<Client.Answer> waits = collection.read();
        awaitMetric("requests_waiting", 1);
        for (RawConnection one : held) {
            one.reset();
        }
        assertEquals(200, waits.join().status(), "the instance still holds their writes");
        gate.complete(null);
        awaitHeld(stage().replica(), collection, "held-1");
        awaitMetric("requests_active", 1);
    }
}
