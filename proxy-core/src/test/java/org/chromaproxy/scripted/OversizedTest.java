package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.support.LocalAdmin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a client makes too large is refused, or waits outside; what it takes of the proxy's memory is bounded. */
class OversizedTest extends StagedTest {
    private static final int LARGE = 100_000;
    private static final int CLIENTS = 150;
    private static final String SMALL = "client_memory_bytes{kind=\"small_bodies\"}";
    private static final String MEGABYTE = " ".repeat(1 << 20);

    OversizedTest() {
        super(Stage.Settings.DEFAULT);
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(stage().client().port());
    }

    private double metric(String name) {
        return stage().client()
                .get("/metrics")
                .join()
                .body()
                .lines()
                .filter(line -> line.startsWith("chroma_proxy_" + name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private static Map<String, String> oversized(String path) {
        String line = "POST " + path + " HTTP/1.1\r\nHost: proxy\r\n";
        String chunked = line + "Transfer-Encoding: chunked\r\n\r\n";
        String large = "x".repeat(LARGE);
        Map<String, String> all = new LinkedHashMap<>();
        all.put("path", line.replace(path, path + large) + "\r\n");
        all.put("query", line.replace(path, path + "?" + large) + "\r\n");
        all.put("method", large + line + "\r\n");
        all.put("version", line.replace("1.1", "1.1" + large) + "\r\n");
        all.put("name of a field", line + large + ": y\r\n\r\n");
        all.put("value of a field", line + "X: " + large + "\r\n\r\n");
        all.put("token", line + "Authorization: Bearer " + large + "\r\n\r\n");
        all.put("folded lines", line + "X: y\r\n" + " y\r\n".repeat(LARGE) + "\r\n");
        all.put("number of fields", line + "X: y\r\n".repeat(LARGE) + "\r\n");
        all.put("names in Connection", line + "Connection: " + "a,".repeat(LARGE) + "\r\n\r\n");
        all.put("length", line + "Content-Length: 0" + "0".repeat(LARGE) + "\r\n\r\n");
        all.put("body as it says", line + "Content-Length: 42000000\r\nExpect: 100-continue\r\n\r\n");
        all.put("size of a chunk", chunked + "0".repeat(LARGE) + "1\r\n{\r\n0\r\n\r\n");
        all.put("extension of a chunk", chunked + "1;" + large + "\r\n{\r\n0\r\n\r\n");
        all.put("trailer", chunked + "2\r\n{}\r\n0\r\nX: " + large + "\r\n\r\n");
        all.put("number of trailers", chunked + "2\r\n{}\r\n0\r\n" + "X: y\r\n".repeat(LARGE) + "\r\n");
        return all;
    }

    @Test
    void whateverIsTooLargeIsRefusedAndReachesNobody() throws IOException {
        Collection collection = stage().usedCollection();
        List<String> accepted = new ArrayList<>();
        for (Map.Entry<String, String> one : oversized(collection.path("add")).entrySet()) {
            try (RawConnection client = connect()) {
                RawConnection.Response answer = client.send(one.getValue()).read();
                if (answer.status() < 400 || answer.status() >= 500) {
                    accepted.add(one.getKey() + ": " + answer);
                }
            } catch (EOFException | SocketException closed) {
                // It had enough before all was sent.
            }
        }
        assertEquals(List.of(), accepted);
        assertEquals(List.of(), stage().primary().calls(Call::writes));
        assertEquals(200, collection.read().join().status());
    }

    @Test
    void bodiesThatDoNotEndTakeNoMoreThanTheirShare() throws IOException {
        Collection collection = stage().usedCollection();
        double limit = metric("body_memory_limit_bytes");
        assertTrue(limit > 0 && limit < CLIENTS * (double) MEGABYTE.length(), "it is less than they send: " + limit);
        List<RawConnection> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                RawConnection client = connect();
                clients.add(client);
                client.send("POST " + collection.path("add")
                        + " HTTP/1.1\r\nHost: proxy\r\nContent-Length: 40000000\r\n\r\n");
                client.send(MEGABYTE);
                assertTrue(metric("body_memory_bytes") <= limit);
            }
            assertTrue(metric("body_memory_bytes") > 0);
            assertEquals(200, collection.read().join().status());
        } finally {
            for (RawConnection client : clients) {
                client.close();
            }
        }
        await().atMost(Stage.SOON).until(() -> metric("body_memory_bytes") == 0);
        assertEquals(List.of(), stage().primary().calls(Call::writes));
        assertEquals(201, collection.add("afterwards").join().status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /health", "GET /health/live", "GET /dashboard", "GET /admin/instances"})
    void aBodyThatNobodyAskedForIsNotHeld(String line) throws IOException {
        try (RawConnection client = connect()) {
            client.send(line + " HTTP/1.1\r\nHost: proxy\r\nContent-Length: " + 4 * MEGABYTE.length() + "\r\n\r\n");
            for (int i = 0; i < 4; i++) {
                assertEquals(0, metric("body_memory_bytes"));
                client.send(MEGABYTE);
            }
            assertEquals(200, client.read().status(), "more than an own endpoint's body may have, and answered");
        }
    }

    @Test
    void bodiesToOwnEndpointsTakeNoMoreThanTheirShare() throws IOException {
        double limit = metric("client_memory_limit_bytes{kind=\"small_bodies\"}");
        String half = MEGABYTE.substring(MEGABYTE.length() / 2);
        int most = (int) (limit / half.length()) + 20;
        List<RawConnection> clients = new ArrayList<>();
        try {
            for (int i = 0; i < most; i++) {
                RawConnection client = connect();
                clients.add(client);
                client.send("POST /admin/reload HTTP/1.1\r\nHost: localhost\r\n"
                        + LocalAdmin.lines(LocalAdmin.IN_TARGET) + "Content-Length: " + MEGABYTE.length()
                        + "\r\n\r\n");
                client.send(half);
                assertTrue(metric(SMALL) <= limit);
            }
            await().atMost(Stage.SOON).until(() -> metric(SMALL) > limit / 2);
            assertEquals(
                    200, stage().client().get("/health").join().status(), "probes are answered though memory is taken");
        } finally {
            for (RawConnection client : clients) {
                client.close();
            }
        }
        await().atMost(Stage.SOON).until(() -> metric("body_memory_bytes") == 0);
    }
}
