package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.acceptance.input.RawConnection;
import org.junit.jupiter.api.Test;

/** Without tracing of its own the proxy passes a client's trace context on, where it is right and where it belongs. */
class TraceparentTest extends StagedTest {
    private static final String RIGHT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final List<String> WAYS = List.of("", "X-Forwarded-Proto: http\r\n");

    TraceparentTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(0));
    }

    private Call read(Collection collection, String headers) throws Exception {
        stage().forget();
        try (RawConnection client = new RawConnection(stage().client().port())) {
            client.send("POST " + collection.path("get") + " HTTP/1.1\r\nHost: proxy\r\n" + headers
                    + "Content-Length: 2\r\n\r\n{}");
            assertEquals(200, client.read().status());
        }
        return stage().primary().calls(TraceparentTest::isRead).getFirst();
    }

    private static boolean isRead(Call call) {
        return call.is("get");
    }

    @Test
    void aReadsContextReachesTheInstance() throws Exception {
        Collection collection = stage().usedCollection();
        for (String way : WAYS) {
            Call call = read(collection, "Traceparent: " + RIGHT + "\r\nTracestate: a=1,b@c=2\r\n" + way);
            assertEquals(List.of(RIGHT), call.headers().getAll("traceparent"));
            assertEquals(List.of("a=1,b@c=2"), call.headers().getAll("tracestate"));
        }
        Client.Answer listed = stage().client()
                .get(Collection.DATABASE + "/collections", "traceparent", RIGHT)
                .join();
        assertEquals(200, listed.status());
        assertEquals(
                RIGHT,
                stage().primary()
                        .calls(call -> call.path().endsWith("/collections"))
                        .getLast()
                        .headers()
                        .get("traceparent"));
    }

    @Test
    void aMalformedContextGoesNoFurther() throws Exception {
        Collection collection = stage().usedCollection();
        for (String way : WAYS) {
            for (String headers : List.of(
                    "traceparent: " + RIGHT.toUpperCase(java.util.Locale.ROOT) + "\r\ntracestate: a=1\r\n",
                    "traceparent: " + RIGHT + "\r\ntraceparent: " + RIGHT + "\r\n",
                    "tracestate: a=1\r\n")) {
                Call call = read(collection, headers + way);
                assertFalse(call.headers().contains("traceparent"), headers);
                assertFalse(call.headers().contains("tracestate"), headers);
            }
            Call call = read(collection, "traceparent: " + RIGHT + "\r\ntracestate: A\r\n" + way);
            assertEquals(RIGHT, call.headers().get("traceparent"));
            assertFalse(call.headers().contains("tracestate"));
        }
    }

    @Test
    void aWritesContextReachesTheLeaderAndNoFollower() {
        Collection collection = stage().usedCollection();
        collection
                .write("add", Collection.record("one"), "traceparent", RIGHT, "tracestate", "a=1")
                .join();
        Call led = stage().primary().calls(Call::writes).getFirst();
        assertEquals(RIGHT, led.headers().get("traceparent"));
        assertEquals("a=1", led.headers().get("tracestate"));
        awaitCalls(stage().replica(), 1);
        Call followed = stage().replica().calls(Call::writes).getFirst();
        assertFalse(followed.headers().contains("traceparent"));
        collection
                .write("add", Collection.record("two"), "traceparent", "nonsense", "tracestate", "a=1")
                .join();
        Call second = stage().primary().calls(Call::writes).get(1);
        assertFalse(second.headers().contains("traceparent") || second.headers().contains("tracestate"));
    }

    @Test
    void aRequestThatCarriesSeveralClientsWritesBelongsToNoTrace() throws Exception {
        Collection collection = stage().usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(call -> call.writes() && call.body().contains("\"gate\""), Reply.held(gate));
        CompletableFuture<Client.Answer> first = collection.add("gate");
        awaitCalls(stage().primary(), 1);
        List<CompletableFuture<Client.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(collection.write("add", Collection.record("r" + i), "traceparent", RIGHT, "tracestate", "a=1"));
        }
        org.awaitility.Awaitility.await()
                .atMost(Stage.SOON)
                .until(() -> stage().log()
                        .look("SELECT count(*) FROM log_record WHERE lane = '" + collection.id() + "'")
                        .getFirst()
                        .equals("22"));
        gate.complete(null);
        first.join();
        answers.forEach(CompletableFuture::join);
        List<Call> merged = stage().primary()
                .calls(call -> call.writes()
                        && call.body().contains("\"r1\"")
                        && call.body().contains("\"r2\""));
        assertFalse(merged.isEmpty());
        assertTrue(merged.stream().noneMatch(call -> call.headers().contains("traceparent")));
        assertTrue(merged.stream().noneMatch(call -> call.headers().contains("tracestate")));
    }
}
