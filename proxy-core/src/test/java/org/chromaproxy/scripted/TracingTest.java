package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.Seeing;
import org.chromaproxy.local.FreePort;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Spans as a collector gets them, and what instances are told of the trace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TracingTest {
    private static final String CLIENT_SPAN = "00f067aa0ba902b7";
    private static final String ORDINARY = "X-Forwarded-Proto: http\r\n";
    private static final int SERVER = Span.SpanKind.SPAN_KIND_SERVER_VALUE;

    private final AccessFixture tokens = new AccessFixture();
    private final String token = tokens.token("loader", Role.WRITE);
    private Collector collector;
    private Stage stage;

    @SuppressWarnings("NullAway.Init")
    TracingTest() {}

    private static Seeing seeing(URI collector, double ratio) {
        return new Seeing(
                Optional.empty(),
                Duration.ofMinutes(5),
                Seeing.AccessLog.OFF,
                new Seeing.Tracing(Optional.of(collector), ratio));
    }

    @BeforeAll
    void open() throws Exception {
        collector = new Collector();
        stage = Stage.open(Stage.Settings.DEFAULT.withReplicaRatio(0), seeing(collector.address(), 0));
    }

    @AfterAll
    void close() {
        stage.close();
        collector.close();
    }

    @BeforeEach
    void forget() {
        stage.forget();
    }

    private static String traceId(int n) {
        return "%032x".formatted(0xabc000 + n);
    }

    private static String parent(String traceId, String flags) {
        return "00-" + traceId + "-" + CLIENT_SPAN + "-" + flags;
    }

    private static String read(Collection collection, String extra) {
        return "POST " + collection.path("get") + " HTTP/1.1\r\nHost: proxy\r\n" + extra
                + "Content-Length: 2\r\n\r\n{}";
    }

    private Map<String, Span> awaitSpans(String traceId, Set<String> names) {
        await().atMost(Stage.SOON).until(() -> collector.spans(traceId).size() >= names.size());
        Map<String, Span> byName = new TreeMap<>();
        collector.spans(traceId).forEach(span -> byName.put(span.getName(), span));
        assertEquals(new TreeSet<>(names), byName.keySet());
        return byName;
    }

    private static void assertWithin(Map<String, Span> spans, Span server) {
        assertEquals(SERVER, server.getKindValue());
        assertEquals(CLIENT_SPAN, Collector.hex(server.getParentSpanId().toByteArray()));
        Set<String> ids = new HashSet<>();
        for (Span span : spans.values()) {
            ids.add(Collector.hex(span.getSpanId().toByteArray()));
            assertTrue(span.getEndTimeUnixNano() >= span.getStartTimeUnixNano(), span.toString());
            if (!span.equals(server)) {
                assertEquals(server.getSpanId(), span.getParentSpanId());
                assertTrue(span.getStartTimeUnixNano() >= server.getStartTimeUnixNano(), span.toString());
                assertTrue(span.getEndTimeUnixNano() <= server.getEndTimeUnixNano(), span.toString());
            }
        }
        assertEquals(spans.size(), ids.size());
    }

    private static Span named(Map<String, Span> spans, String name) {
        return Objects.requireNonNull(spans.get(name));
    }

    private static String told(Call call) {
        List<String> told = call.headers().getAll("traceparent");
        assertEquals(1, told.size(), told.toString());
        return told.getFirst();
    }

    private static boolean isRead(Call call) {
        return call.is("get");
    }

    @Test
    void aReadIsASpanBetweenTheClientsAndTheInstancesOnBothWays() throws Exception {
        Collection collection = stage.usedCollection();
        int n = 0;
        for (String way : List.of("", ORDINARY)) {
            stage.forget();
            n++;
            String trace = traceId(n);
            String body;
            try (RawConnection client = new RawConnection(stage.client().port())) {
                String header = "traceparent: " + parent(trace, "01") + "\r\ntracestate: a=1\r\n";
                body = client.send(read(collection, header + way)).read().body();
            }
            String name = "POST read_collection_records";
            Map<String, Span> spans = awaitSpans(trace, Set.of(name, "wait", "first_byte", "upstream"));
            Span server = named(spans, name);
            assertWithin(spans, server);
            assertEquals(
                    Span.SpanKind.SPAN_KIND_CLIENT_VALUE,
                    named(spans, "upstream").getKindValue());
            Map<String, String> attributes = Collector.attributes(server);
            assertEquals("POST", attributes.get("http.request.method"));
            assertEquals("200", attributes.get("http.response.status_code"));
            assertEquals(collection.path("get"), attributes.get("url.path"));
            assertEquals("http", attributes.get("url.scheme"));
            assertEquals("127.0.0.1", attributes.get("client.address"));
            assertEquals("2", attributes.get("http.request.body.size"));
            assertEquals(Integer.toString(body.length()), attributes.get("http.response.body.size"));
            assertEquals("primary", attributes.get("chroma_proxy.instance"));
            Call call = stage.primary().calls(TracingTest::isRead).getFirst();
            String own = Collector.hex(server.getSpanId().toByteArray());
            assertEquals("00-" + trace + "-" + own + "-01", told(call));
            assertEquals("a=1", call.headers().get("tracestate"));
        }
    }

    @Test
    void aWritesStagesAreSpansAndItsLeaderIsTold() {
        Collection collection = stage.usedCollection();
        String trace = traceId(10);
        Client.Answer answer = collection
                .write("add", Collection.record("x"), "traceparent", parent(trace, "01"))
                .join();
        String name = "POST write_add";
        Map<String, Span> spans = awaitSpans(trace, Set.of(name, "body", "queue", "commit", "lane", "upstream"));
        assertWithin(spans, named(spans, name));
        assertEquals(
                answer.header("transaction-id"),
                Collector.attributes(named(spans, name)).get("chroma_proxy.transaction"));
        String own = Collector.hex(named(spans, name).getSpanId().toByteArray());
        assertEquals(
                "00-" + trace + "-" + own + "-01",
                told(stage.primary().calls(Call::writes).getFirst()));
    }

    @Test
    void theParentThatDoesNotRecordIsFollowedAndAFailureIsAnError() throws Exception {
        Collection collection = stage.usedCollection();
        try (RawConnection client = new RawConnection(stage.client().port())) {
            client.send(read(collection, "traceparent: " + parent(traceId(20), "00") + "\r\n"))
                    .read();
            assertTrue(told(stage.primary().calls(TracingTest::isRead).getFirst())
                    .matches("00-" + traceId(20) + "-[0-9a-f]{16}-00"));
            // Without a parent, by a ratio of 0; the instance is told all the same.
            client.send(read(collection, "")).read();
            assertTrue(told(stage.primary().calls(TracingTest::isRead).get(1)).endsWith("-00"));
            stage.primary().always(TracingTest::isRead, Reply.error(500, "InternalError", "sick"));
            stage.replica().always(TracingTest::isRead, Reply.error(500, "InternalError", "sick"));
            client.send(read(collection, "traceparent: " + parent(traceId(21), "01") + "\r\n"))
                    .read();
        }
        await().atMost(Stage.SOON).until(() -> !collector.spans(traceId(21)).isEmpty());
        Span failed = collector.spans(traceId(21)).stream()
                .filter(span -> span.getKindValue() == SERVER)
                .findFirst()
                .orElseThrow();
        assertEquals(Status.StatusCode.STATUS_CODE_ERROR, failed.getStatus().getCode());
        assertEquals("500", Collector.attributes(failed).get("error.type"));
        // Those before it would have come before it.
        assertEquals(List.of(), collector.spans(traceId(20)));
        assertTrue(collector.spans().stream()
                .filter(span -> span.getKindValue() == SERVER)
                .noneMatch(span -> span.getParentSpanId().isEmpty()));
    }

    @Test
    void noSecretLeavesForTheCollector() throws Exception {
        try (Collector own = new Collector();
                Stage guarded = Stage.open(
                        Stage.Settings.DEFAULT.withAccess(tokens.settings("s3cr3t-upstream")),
                        seeing(own.address(), 1))) {
            Client.Answer created = guarded.client()
                    .post(
                            Collection.DATABASE + "/collections?key=s3cr3t-query",
                            "{\"name\":\"abc\",\"metadata\":{\"a\":\"s3cr3t-body\"}}",
                            "authorization",
                            "Bearer " + token)
                    .join();
            assertEquals(200, created.status());
            assertEquals(
                    401,
                    guarded.client()
                            .get("/api/v2/tenants/t?key=s3cr3t-query", "x-chroma-token", "s3cr3t-wrong")
                            .join()
                            .status());
            await().atMost(Stage.SOON)
                    .until(() -> own.spans().stream()
                                    .filter(span -> span.getKindValue() == SERVER)
                                    .count()
                            >= 2);
            assertTrue(own.everything().contains("loader"));
            for (String secret : List.of("s3cr3t", token, "secret of", "Bearer")) {
                assertFalse(own.everything().contains(secret), secret);
            }
        }
    }

    @Test
    void aCollectorThatIsDownCostsSpansOnly() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:" + FreePort.next());
        try (Stage alone = Stage.open(Stage.Settings.DEFAULT, seeing(nobody, 1))) {
            Collection collection = alone.usedCollection();
            for (int i = 0; i < 20; i++) {
                assertEquals(200, collection.read().join().status());
            }
            await().atMost(Stage.SOON)
                    .until(() -> alone.client()
                            .get("/metrics")
                            .join()
                            .body()
                            .lines()
                            .filter(line -> line.startsWith("chroma_proxy_spans_dropped_total "))
                            .anyMatch(line -> Double.parseDouble(line.split(" ", 2)[1]) > 20));
            assertEquals(200, collection.read().join().status());
        }
    }
}
