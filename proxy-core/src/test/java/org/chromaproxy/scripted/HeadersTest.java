package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.function.Predicate;
import org.chromaproxy.acceptance.input.RawConnection;
import org.junit.jupiter.api.Test;

class HeadersTest extends StagedTest {
    private static final String SECRET = "Bearer not-for-the-log";

    HeadersTest() {
        super(Stage.Settings.DEFAULT);
    }

    private void send(String target, String body) throws Exception {
        try (RawConnection client = new RawConnection(stage().client().port())) {
            client.send("POST " + target + " HTTP/1.1\r\nHost: vectors.example\r\nContent-Type: application/json\r\n"
                    + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nKeep-Alive: timeout=5\r\n"
                    + "Proxy-Authorization: Basic eA==\r\nX-Forwarded-For: 203.0.113.9\r\nX-Custom: kept\r\n"
                    + "Authorization: " + SECRET + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            assertTrue(client.read().status() < 300);
        }
    }

    private static void assertPassedOn(ScriptedChroma instance, Call call) {
        HttpHeaders headers = call.headers();
        for (String hop : List.of("X-Hop", "TE", "Keep-Alive", "Proxy-Authorization", "Transfer-Encoding")) {
            assertFalse(headers.contains(hop), hop + " was passed on");
        }
        assertEquals("kept", headers.get("X-Custom"));
        assertFalse(headers.contains("Authorization"), "the client's credentials were passed on");
        assertEquals("203.0.113.9, 127.0.0.1", headers.get("X-Forwarded-For"));
        assertEquals("http", headers.get("X-Forwarded-Proto"));
        assertEquals("vectors.example", headers.get("X-Forwarded-Host"));
        assertEquals(instance.uri().getAuthority(), headers.get("Host"));
        assertEquals("application/json", headers.get("Content-Type"));
        assertEquals(List.of(Integer.toString(call.body().length())), headers.getAll("Content-Length"));
    }

    @Test
    void aReadReachesTheInstanceWithItsQueryAndHeadersButNotThoseOfTheConnection() throws Exception {
        Collection collection = stage().usedCollection();
        send(collection.path("get") + "?tag=a%20b&limit=1", "{}");
        Predicate<Call> read = call -> call.is("get");
        ScriptedChroma reader = stage().primary().calls(read).isEmpty() ? stage().replica() : stage().primary();
        Call call = reader.calls(read).getFirst();
        assertTrue(call.uri().endsWith("/get?tag=a%20b&limit=1"), call.uri());
        assertPassedOn(reader, call);
    }

    @Test
    void theLeaderGetsAWritesHeadersAndTheLogAndTheFollowersDoNot() throws Exception {
        Collection collection = stage().usedCollection();
        send(collection.path("add") + "?tag=a%20b", Collection.record("one"));
        Call led = stage().primary().calls(Call::writes).getFirst();
        assertTrue(led.uri().endsWith("/add?tag=a%20b"), led.uri());
        assertPassedOn(stage().primary(), led);
        awaitCalls(stage().replica(), 1);
        Call followed = stage().replica().calls(Call::writes).getFirst();
        assertTrue(followed.uri().endsWith("/add?tag=a%20b"), followed.uri());
        assertFalse(followed.headers().contains("Authorization"));
        assertEquals("application/json", followed.headers().get("Content-Type"));
        assertEquals(led.body(), followed.body());
        for (String table : List.of("log_record", "record_outcome", "client_transaction")) {
            assertEquals(
                    List.of("0"),
                    stage().log().column("SELECT count(*) FROM " + table + " t WHERE t::text LIKE '%not-for-the-log%'"),
                    table);
        }
    }

    @Test
    void theLastInstancesHeadersComeBackExceptThoseOfItsConnection() {
        Collection collection = stage().usedCollection();
        Client.Answer answer = collection.add("one").join();
        assertEquals(201, answer.status());
        assertEquals("application/json", answer.header("content-type"));
        assertFalse(answer.header("transaction-id").isEmpty());
    }

    /** Chroma's Python client adds it to the exception's text. */
    @Test
    void anErrorOfTheProxysOwnNamesItsTraceAsChromaDoes() {
        String path = Collection.DATABASE + "/collections/nobody";
        assertEquals("0".repeat(32), stage().client().get(path).join().header("chroma-trace-id"));
        assertEquals(
                "0".repeat(32), stage().client().get("/api/v2/nowhere").join().header("chroma-trace-id"));
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        Client.Answer traced = stage().client()
                .get(path, "traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .join();
        assertEquals(404, traced.status());
        assertEquals(trace, traced.header("chroma-trace-id"));
    }
}
