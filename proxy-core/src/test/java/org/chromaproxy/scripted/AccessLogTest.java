package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.ClientSettings;
import org.chromaproxy.config.Seeing;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One line per exchange, however it ended, and no secret in any of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessLogTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01\r\n";
    private static final long FLOOD = 64 << 20;
    /** A header that the proxy would add, stated by the client. */
    private static final String ORDINARY = "X-Forwarded-Proto: http\r\n";

    private final AccessFixture tokens = new AccessFixture();
    private final String token = tokens.token("loader", Role.WRITE);
    private final AccessLogFile log;
    private Stage stage;

    @SuppressWarnings("NullAway.Init")
    AccessLogTest() throws Exception {
        log = new AccessLogFile();
    }

    @BeforeAll
    void open() throws Exception {
        Seeing seeing = new Seeing(Optional.empty(), Duration.ofMinutes(5), log.settings(), Seeing.Tracing.OFF);
        stage = Stage.open(Stage.Settings.DEFAULT.withReplicaRatio(0), seeing);
    }

    @AfterAll
    void close() {
        stage.close();
    }

    @BeforeEach
    void forget() {
        stage.forget();
    }

    private static Predicate<JsonNode> about(String path) {
        return line -> line.path("path").asText().equals(path);
    }

    private static Predicate<JsonNode> error(String tag) {
        return line -> line.path("error").asText().equals(tag);
    }

    private static String read(Collection collection, String extra) {
        return "POST " + collection.path("get") + " HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\n"
                + extra + "Content-Length: 2\r\n\r\n{}";
    }

    private RawConnection connect() throws Exception {
        return new RawConnection(stage.client().port());
    }

    private static boolean isRead(Call call) {
        return call.is("get");
    }

    @Test
    void aWriteSaysWhereItsTimeWent() {
        Collection collection = stage.usedCollection();
        String body = Collection.record("one");
        Client.Answer answer = collection.add("one").join();
        JsonNode line = log.await(2, about(collection.path("add"))).getLast();
        assertEquals("write_add", line.path("route").asText());
        assertEquals("POST", line.path("method").asText());
        assertEquals(201, line.path("status").asInt());
        assertEquals("answered", line.path("ended").asText());
        assertEquals("127.0.0.1", line.path("client").asText());
        assertEquals("primary", line.path("instance").asText());
        assertEquals(answer.header("transaction-id"), line.path("transaction").asText());
        assertEquals(body.length(), line.path("bytes_in").asInt());
        assertEquals(answer.body().length(), line.path("bytes_out").asInt());
        double parts = 0;
        for (String part : List.of("body_ms", "queue_ms", "commit_ms", "lane_ms", "upstream_ms")) {
            assertTrue(line.path(part).isNumber(), part + " is missing in " + line);
            parts += line.path(part).asDouble();
        }
        assertTrue(parts <= line.path("duration_ms").asDouble() + 0.01, line.toString());
        assertTrue(line.path("commit_ms").asDouble() > 0, line.toString());
    }

    @Test
    void aReadIsToldTheSameOnBothWaysUnderTheIdItsClientKnows() throws Exception {
        Collection collection = stage.usedCollection();
        try (RawConnection client = connect()) {
            client.send(read(collection, PARENT)).read();
            client.send(read(collection, PARENT + ORDINARY)).read();
        }
        List<JsonNode> lines = log.await(2, about(collection.path("get")));
        assertEquals(2, lines.size());
        for (JsonNode line : lines) {
            assertEquals("read_collection_records", line.path("route").asText());
            assertEquals(200, line.path("status").asInt());
            assertEquals("answered", line.path("ended").asText());
            assertEquals("primary", line.path("instance").asText());
            assertEquals(TRACE, line.path("trace").asText());
            assertEquals(2, line.path("bytes_in").asInt());
            assertTrue(
                    line.path("wait_ms").isNumber()
                            && line.path("first_byte_ms").isNumber(),
                    line.toString());
            assertTrue(line.path("upstream_ms").asDouble() > 0, line.toString());
        }
        assertEquals(lines.get(0).path("bytes_out"), lines.get(1).path("bytes_out"));
        assertTrue(lines.get(0).path("bytes_out").asInt() > 0);
    }

    @Test
    void whatIsRefusedSaysByWhichErrorAlsoBeforeItIsAnExchange() throws Exception {
        try (RawConnection client = connect()) {
            client.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
            assertEquals(400, client.read().status());
        }
        JsonNode framing = log.await(1, error("framing")).getFirst();
        assertEquals("none", framing.path("route").asText());
        assertEquals("refused", framing.path("ended").asText());
        assertEquals(400, framing.path("status").asInt());
        try (RawConnection client = connect()) {
            client.send("POST " + Collection.DATABASE + "/collections HTTP/1.1\r\nHost: h\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
            assertEquals(400, client.read().status());
        }
        JsonNode broken = log.await(1, error("bad_request")).getFirst();
        assertEquals("create_collection", broken.path("route").asText());
        assertEquals("refused", broken.path("ended").asText());
        try (RawConnection client = connect()) {
            client.send("GET /api/v2/a%0Ab\"c\\d?key=value HTTP/1.1\r\nHost: h\r\n\r\n");
            int status = client.read().status();
            JsonNode line = log.await(1, about("/api/v2/a%0Ab\"c\\d")).getFirst();
            assertEquals(status, line.path("status").asInt());
            assertEquals("refused", line.path("ended").asText());
        }
    }

    @Test
    void aHeadThatStopsAndARequestTooManyAreLinesToo() throws Exception {
        AccessLogFile own = new AccessLogFile();
        Seeing seeing = new Seeing(Optional.empty(), Duration.ofMinutes(5), own.settings(), Seeing.Tracing.OFF);
        ClientSettings strict = new ClientSettings(1_000, 1, 0, List.of());
        AccessSettings access = new AccessSettings(Optional.empty(), Optional.empty(), strict);
        try (Stage bounded = Stage.open(Stage.Settings.DEFAULT.withAccess(access), seeing);
                RawConnection slow = new RawConnection(bounded.client().port())) {
            slow.send("GET /health HT");
            assertEquals(408, slow.read().status());
            JsonNode stalled = own.await(1, error("client_stalled")).getFirst();
            assertEquals("none", stalled.path("route").asText());
            assertEquals(408, stalled.path("status").asInt());
            int status = 200;
            while (status == 200) {
                status = bounded.client().get("/health").join().status();
            }
            assertEquals(429, status);
            JsonNode limited = own.await(1, error("rate_limited")).getFirst();
            assertEquals("refused", limited.path("ended").asText());
            assertEquals("/health", limited.path("path").asText());
        }
    }

    @Test
    void whatAStandbyAnswersIsALineToo() throws Exception {
        int port = stage.startProxy().address().getPort();
        try (Client client = new Client(port)) {
            assertEquals(503, client.get("/api/v2/tenants/standby").join().status());
        }
        JsonNode line = log.await(1, about("/api/v2/tenants/standby")).getFirst();
        assertEquals("standby", line.path("error").asText());
        assertEquals(503, line.path("status").asInt());
        try (RawConnection leaving = new RawConnection(port)) {
            leaving.send("POST /api/v2/tenants/left HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{");
            leaving.finishSending();
        }
        JsonNode left = log.await(1, about("/api/v2/tenants/left")).getFirst();
        assertEquals("client_left", left.path("ended").asText());
        assertEquals(0, left.path("status").asInt());
    }

    @Test
    void aClientThatLeavesIsToldOfOnBothWays() throws Exception {
        for (String way : List.of("", ORDINARY)) {
            Collection collection = stage.usedCollection();
            stage.primary().always(AccessLogTest::isRead, new Reply.Never());
            try (RawConnection client = connect()) {
                client.send(read(collection, way));
                await().atMost(Stage.SOON)
                        .until(() ->
                                !stage.primary().calls(AccessLogTest::isRead).isEmpty());
            }
            JsonNode line = log.await(1, about(collection.path("get"))).getFirst();
            assertEquals("client_left", line.path("ended").asText());
            assertEquals(0, line.path("status").asInt());
            assertEquals("primary", line.path("instance").asText());
            assertFalse(line.has("upstream_ms"), line.toString());
        }
    }

    @Test
    void anAnswerThatCannotBeCompletedIsToldOfOnBothWays() throws Exception {
        for (String way : List.of("", ORDINARY)) {
            Collection collection = stage.usedCollection();
            stage.primary().once(AccessLogTest::isRead, new Reply.Half("{\"ids\":[\"" + "x".repeat(400_000)));
            try (RawConnection client = connect()) {
                client.send(read(collection, way));
                JsonNode line = log.await(1, about(collection.path("get"))).getFirst();
                assertEquals("cut_off", line.path("ended").asText());
                assertEquals(200, line.path("status").asInt());
                int sent = line.path("bytes_out").asInt();
                assertTrue(sent > 0 && sent < 400_000, line.toString());
            }
        }
    }

    /** What is held until it is whole was never sent; of what streams, only what left counts. */
    @Test
    void ofAnAnswerThatWasNotWholeOnlyWhatLeftIsTold() throws Exception {
        Collection collection = stage.usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage.primary().once(AccessLogTest::isRead, new Reply.Slow("{\"ids\":[\"" + "x".repeat(20_000) + "\"]}", gate));
        try (RawConnection client = connect()) {
            client.send(read(collection, ""));
            await().atMost(Stage.SOON)
                    .until(() -> !stage.primary().calls(AccessLogTest::isRead).isEmpty());
        }
        JsonNode held = log.await(1, about(collection.path("get"))).getFirst();
        gate.complete(null);
        assertEquals("client_left", held.path("ended").asText());
        assertEquals(0, held.path("status").asInt());
        assertEquals(0, held.path("bytes_out").asInt());
        AtomicLong written = new AtomicLong();
        stage.primary().once(AccessLogTest::isRead, new Reply.Flood(FLOOD, written));
        try (RawConnection client = connect()) {
            client.send(read(collection, ""));
            await().atMost(Stage.SOON).until(() -> written.get() > 1 << 20);
        }
        JsonNode streamed = log.await(2, about(collection.path("get"))).getLast();
        assertEquals("client_left", streamed.path("ended").asText());
        assertEquals(200, streamed.path("status").asInt());
        long sent = streamed.path("bytes_out").asLong();
        assertTrue(sent > 0 && sent < FLOOD, streamed.toString());
    }

    @Test
    void anErrorOfTheProxysOwnThatIsMadeInALaneSaysWhich() throws Exception {
        String path = stage.usedCollection().path("get").replace("/get", "");
        String rename = "{\"new_name\":\"global\"}";
        try (RawConnection client = connect()) {
            client.send("PUT " + path + " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: "
                    + rename.length() + "\r\n\r\n" + rename);
            assertEquals(403, client.read().status());
        }
        JsonNode line = log.await(1, error("protected")).getFirst();
        assertEquals("refused", line.path("ended").asText());
        assertEquals(403, line.path("status").asInt());
        assertEquals(501, stage.client().get("/api/v2/collections/a:b:c").join().status());
        JsonNode name = log.await(1, error("not_implemented")).getFirst();
        assertEquals("refused", name.path("ended").asText());
    }

    @Test
    void aClientThatTakesNothingOfItsAnswerIsLetGoOfOnBothWays() throws Exception {
        AccessLogFile own = new AccessLogFile();
        Seeing seeing = new Seeing(Optional.empty(), Duration.ofMinutes(5), own.settings(), Seeing.Tracing.OFF);
        try (Stage strict =
                Stage.open(Stage.Settings.DEFAULT.withReplicaRatio(0).withStallMs(1_000), seeing)) {
            for (String way : List.of("", ORDINARY)) {
                Collection collection = strict.usedCollection();
                strict.primary().once(AccessLogTest::isRead, new Reply.Flood(FLOOD, new AtomicLong()));
                try (RawConnection client = new RawConnection(strict.client().port())) {
                    client.send(read(collection, way));
                    JsonNode line = own.await(1, about(collection.path("get"))).getFirst();
                    assertEquals("client_left", line.path("ended").asText());
                    long sent = line.path("bytes_out").asLong();
                    assertTrue(sent > 0 && sent < FLOOD, line.toString());
                    assertThrows(IOException.class, client::read);
                }
                assertEquals(201, collection.add("next").join().status());
            }
        }
    }

    @Test
    void aWriteThatEveryOneWaitsForInALaneIsOneLineEach() throws Exception {
        Collection collection = stage.usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage.primary().once(Call::writes, Reply.held(gate));
        CompletableFuture<Client.Answer> first = collection.add("a");
        StagedTest.awaitCalls(stage.primary(), 1);
        CompletableFuture<Client.Answer> second = collection.add("b");
        CompletableFuture<Client.Answer> third = collection.add("c");
        gate.complete(null);
        CompletableFuture.allOf(first, second, third).join();
        assertEquals(4, log.await(4, about(collection.path("add"))).size());
    }

    @Test
    void noSecretIsInItAndThePrincipalIsNamedOnBothWays() throws Exception {
        AccessLogFile guardedLog = new AccessLogFile();
        Seeing seeing = new Seeing(Optional.empty(), Duration.ofMinutes(5), guardedLog.settings(), Seeing.Tracing.OFF);
        String body = "{\"where\":{\"a\":\"s3cr3t-body\"}}";
        try (Stage guarded = Stage.open(
                        Stage.Settings.DEFAULT
                                .withAccess(tokens.settings("s3cr3t-upstream"))
                                .withReplicaRatio(0),
                        seeing);
                RawConnection client = new RawConnection(guarded.client().port())) {
            String bearer = "Authorization: Bearer " + token + "\r\n";
            Client.Answer created = guarded.client()
                    .post(
                            Collection.DATABASE + "/collections?key=s3cr3t-query",
                            "{\"name\":\"abc\",\"metadata\":{\"a\":\"s3cr3t-body\"}}",
                            "authorization",
                            "Bearer " + token)
                    .join();
            Collection collection =
                    new Collection(guarded, "abc", created.json().path("id").asText());
            String head = "POST " + collection.path("get") + "%s HTTP/1.1\r\nHost: h\r\n%sContent-Length: "
                    + body.length() + "\r\n\r\n" + body;
            assertEquals(200, client.send(head.formatted("", bearer)).read().status());
            assertEquals(
                    200,
                    client.send(head.formatted("?key=s3cr3t-query", bearer))
                            .read()
                            .status());
            assertEquals(
                    401,
                    client.send(head.formatted("", "X-Chroma-Token: s3cr3t-wrong\r\n"))
                            .read()
                            .status());
            List<JsonNode> lines = guardedLog.await(3, about(collection.path("get")));
            assertEquals("loader", lines.get(0).path("principal").asText());
            assertEquals("loader", lines.get(1).path("principal").asText());
            assertFalse(lines.get(2).has("principal"));
            assertEquals("unauthenticated", lines.get(2).path("error").asText());
        }
        String all = guardedLog.text();
        assertFalse(all.isEmpty());
        for (String secret : List.of("s3cr3t", token, "secret of", "Bearer", "key=")) {
            assertFalse(all.contains(secret), secret + " is in\n" + all);
        }
    }
}
