package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.chromaproxy.acceptance.input.RawConnection;
import org.junit.jupiter.api.Test;

/** Reads are passed on whole, one at a time and in their order, whatever their headers and their answers look like. */
class PassedReadTest extends StagedTest {
    private static final String BODY = "{\"ids\":[\"an answer\"]}";

    PassedReadTest() {
        super(Stage.Settings.DEFAULT.withReplicaRatio(0));
    }

    private static boolean isRead(Call call) {
        return call.is("get");
    }

    private static String request(Collection collection, String extra, String body) {
        return "POST " + collection.path("get") + " HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\n"
                + "Connection: keep-alive\r\nX-Custom: a b\r\n" + extra + "Content-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    private RawConnection connect() throws Exception {
        return new RawConnection(stage().client().port());
    }

    private static Map<String, List<String>> headers(Call call) {
        Map<String, List<String>> all = new TreeMap<>();
        call.headers()
                .forEach(header -> all.computeIfAbsent(
                                header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(header.getValue()));
        return all;
    }

    private RawConnection.Response answered(Reply reply) throws Exception {
        Collection collection = stage().usedCollection();
        stage().forget();
        stage().primary().once(PassedReadTest::isRead, reply);
        try (RawConnection client = connect()) {
            RawConnection.Response first =
                    client.send(request(collection, "", "{}")).read();
            // The connection goes on.
            assertEquals(200, client.send(request(collection, "", "{}")).read().status());
            return first;
        }
    }

    private int reads() {
        return stage().primary().calls(PassedReadTest::isRead).size()
                + stage().replica().calls(PassedReadTest::isRead).size();
    }

    @SuppressWarnings("StringConcatToTextBlock") // The line ends are HTTP's.
    private static final String PYTHON = "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
            + "User-Agent: Chroma Python Client v1.5.9 (https://github.com/chroma-core/chroma)\r\n";

    /** What a client says of itself changes nothing: the same reading, the same request, the same buffer. */
    @Test
    void everyClientsHeadersReachTheInstance() throws Exception {
        Collection collection = stage().usedCollection();
        String body = "{\"include\":[\"documents\"]}";
        try (RawConnection client = connect()) {
            client.send(request(collection, PYTHON, body)).read();
            client.send(request(collection, "", body)).read();
        }
        List<Call> calls = stage().primary().calls(PassedReadTest::isRead);
        assertEquals(2, calls.size());
        Map<String, List<String>> python = headers(calls.getFirst());
        assertEquals(
                List.of("Chroma Python Client v1.5.9 (https://github.com/chroma-core/chroma)"),
                python.get("user-agent"));
        assertEquals(List.of("127.0.0.1"), python.get("x-forwarded-for"));
        assertEquals(List.of("proxy"), python.get("x-forwarded-host"));
        assertEquals(List.of(Integer.toString(body.length())), python.get("content-length"));
        assertNull(python.get("connection"));
        python.keySet().removeAll(List.of("accept", "accept-encoding", "user-agent"));
        Map<String, List<String>> plain = headers(calls.getLast());
        plain.remove("accept-encoding");
        assertEquals(plain, python);
        assertEquals(calls.getLast().uri(), calls.getFirst().uri());
        assertEquals(calls.getLast().body(), calls.getFirst().body());
    }

    @Test
    void aBodyTooLargeToBeCopiedArrivesWhole() throws Exception {
        Collection collection = stage().usedCollection();
        String body = "{\"ids\":[\"" + "x".repeat(30_000) + "\"]}";
        try (RawConnection client = connect()) {
            assertEquals(200, client.send(request(collection, "", body)).read().status());
        }
        assertEquals(
                body, stage().primary().calls(PassedReadTest::isRead).getFirst().body());
    }

    @Test
    void anAnswerInPiecesIsPassedOnWhole() throws Exception {
        String head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-own: 1\r\ncontent-length: "
                + BODY.length() + "\r\n\r\n";
        String whole = head + BODY;
        for (int cut : List.of(1, 12, 17, head.length() - 1, head.length(), head.length() + 5)) {
            Reply cutReply = new Reply.Raw(List.of(whole.substring(0, cut), whole.substring(cut)), false);
            RawConnection.Response answer = answered(cutReply);
            assertEquals(BODY, answer.body(), "cut at " + cut);
            assertEquals("1", answer.headers().get("x-own"));
            assertEquals(2, reads());
        }
    }

    @Test
    void whatConcernsTheInstancesConnectionStaysBehind() throws Exception {
        RawConnection.Response answer = answered(new Reply.Raw(
                List.of("HTTP/1.1 200 OK\r\n"
                        + "content-type: application/json\r\n"
                        + "connection: close\r\n"
                        + "keep-alive: timeout=5\r\n"
                        + "content-length: "
                        + BODY.length() + "\r\nx-own: 1\r\n\r\n" + BODY),
                true));
        assertEquals(BODY, answer.body());
        assertEquals(
                "[content-length, content-type, x-own]",
                answer.headers().keySet().toString());
        assertEquals(2, reads());
    }

    @Test
    void anAnswerInChunksIsPassedOnWhole() throws Exception {
        String chunks = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n15\r\n"
                + BODY + "\r\n0\r\n\r\n";
        Collection collection = stage().usedCollection();
        stage().primary().always(PassedReadTest::isRead, new Reply.Raw(List.of(chunks), false));
        try (RawConnection client = connect()) {
            assertEquals(BODY, client.send(request(collection, "", "{}")).read().body());
        }
    }

    @Test
    void aRefusalIsToldInTheInstancesWords() throws Exception {
        Collection collection = stage().usedCollection();
        stage().primary().always(PassedReadTest::isRead, Reply.error(400, "InvalidArgumentError", "no such field"));
        try (RawConnection client = connect()) {
            RawConnection.Response answer =
                    client.send(request(collection, "", "{}")).read();
            assertEquals(400, answer.status());
            assertTrue(answer.body().contains("no such field"), answer.body());
        }
    }

    @Test
    void bytesBehindAnAnswerReachNobody() throws Exception {
        RawConnection.Response answer = answered(new Reply.Raw(
                List.of("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + BODY.length()
                        + "\r\n\r\n" + BODY + "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"),
                false));
        assertEquals(BODY, answer.body());
    }

    @Test
    void aLongAnswerIsStreamedWhole() throws Exception {
        RawConnection.Response answer = answered(new Reply.Flood(5_000_000, new AtomicLong()));
        assertEquals(5_000_000, answer.body().length());
        assertEquals(2, reads());
    }

    @Test
    void aLongAnswerThatBreaksEndsTheConnection() throws Exception {
        Collection collection = stage().usedCollection();
        stage().primary().always(PassedReadTest::isRead, new Reply.Half("{\"ids\":[\"" + "x".repeat(200_000)));
        try (RawConnection client = connect()) {
            client.send(request(collection, "", "{}"));
            assertThrows(EOFException.class, client::read);
            assertTrue(client.closedByPeer());
        }
        assertEquals(1, reads());
    }

    @Test
    void aClientThatLeavesFreesItsPlace() throws Exception {
        Collection collection = stage().usedCollection();
        stage().primary().always(PassedReadTest::isRead, new Reply.Never());
        for (int i = 0; i < 3; i++) {
            try (RawConnection client = connect()) {
                int before = reads();
                client.send(request(collection, "", "{}"));
                await().atMost(Stage.SOON).until(() -> reads() > before);
            }
        }
        await().atMost(Stage.SOON)
                .until(() -> stage().client().get("/metrics").join().body().contains("requests_active 1.0\n"));
    }

    @Test
    void pipelinedReadsAndOtherRequestsAreAnsweredInTheirOrder() throws Exception {
        Collection collection = stage().usedCollection();
        String read = request(collection, "", "{}");
        String health = "GET /health HTTP/1.1\r\nHost: proxy\r\n\r\n";
        String all = read + health + read + read + health;
        for (int cut : IntStream.iterate(1, i -> i < all.length(), i -> i + 37).toArray()) {
            try (RawConnection client = connect()) {
                client.send(all.substring(0, cut)).send(all.substring(cut));
                for (String expected : List.of("first", "healthy", "first", "first", "healthy")) {
                    String body = client.read().body();
                    assertTrue(body.contains(expected), "cut at " + cut + ": " + body);
                }
            }
        }
    }
}
