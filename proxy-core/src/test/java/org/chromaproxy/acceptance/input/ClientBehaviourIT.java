package org.chromaproxy.acceptance.input;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.acceptance.harness.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that pipeline, ask before they send, stall or leave: sound requests are served, broken ones never executed. */
@Timeout(900)
class ClientBehaviourIT {
    /** Longer than an idle connection may be. */
    private static final int STALL_MS = 150_000;

    private static InputFixture fixture;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fixture = new InputFixture(directory);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws IOException {
        fixture.api().create("pipelined");
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            String add = "{\"ids\":[\"p" + i + "\"],\"embeddings\":[[1," + i + "]]}";
            requests.append(to("pipelined", "/add", "Content-Length: " + add.length()))
                    .append(add);
            requests.append(fixture.head("GET", collection("pipelined") + "/count"));
        }
        try (RawConnection connection = fixture.connect()) {
            connection.send(requests.toString());
            for (int i = 0; i < 10; i++) {
                assertEquals(201, connection.read().status());
                assertEquals(Integer.toString(i + 1), connection.read().body(), "each sees the one before it");
            }
        }
        fixture.assertEqualSides();
    }

    @Test
    void aClientThatAsksFirstIsToldToContinue() throws IOException {
        fixture.api().create("expecting");
        String add = "{\"ids\":[\"e\"],\"embeddings\":[[1,2]]}";
        try (RawConnection connection = fixture.connect()) {
            connection.send(to("expecting", "/add", "Content-Length: " + add.length(), "Expect: 100-continue"));
            assertEquals(100, connection.readHead().status());
            assertEquals(201, connection.send(add).read().status());
            connection.send(fixture.head("GET", collection("expecting") + "/count"));
            assertEquals("1", connection.read().body(), "the connection is kept");
        }
    }

    @Test
    void aChunkedBodyIsTheSameAsAFixedOne() throws IOException {
        fixture.api().create("chunked");
        String add = "{\"ids\":[\"c\u00e9\"],\"embeddings\":[[0.1,-2e-3]],\"documents\":[\"\u2603 in pieces\"]}";
        try (RawConnection connection = fixture.connect()) {
            connection.send(to("chunked", "/add", "Transfer-Encoding: chunked"));
            for (int i = 0; i < add.length(); i++) {
                String piece = add.substring(i, i + 1);
                connection.send(Integer.toHexString(piece.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
                        + "\r\n" + piece + "\r\n");
            }
            connection.send("0\r\n\r\n");
            assertEquals(201, connection.read().status());
        }
        var got = fixture.api().records(collection("chunked"), Json.object());
        assertEquals("c\u00e9", got.path("ids").path(0).asText());
        assertEquals("\u2603 in pieces", got.path("documents").path(0).asText());
        fixture.assertEqualSides();
    }

    @Test
    void aConnectionServesManyRequestsAndHeads() throws IOException {
        try (RawConnection connection = fixture.connect()) {
            for (int i = 0; i < 50; i++) {
                connection.send(fixture.head("HEAD", collection("victim") + "/count"));
                assertEquals(200, connection.readHead().status());
                connection.send(fixture.head("GET", collection("victim") + "/count"));
                assertEquals("2", connection.read().body());
            }
            connection.send(fixture.head("GET", collection("victim") + "/count", "Connection: close"));
            assertEquals("2", connection.read().body());
            assertTrue(connection.closedByPeer());
        }
    }

    @Test
    void anOldClientIsServedAndItsConnectionClosed() throws IOException {
        try (RawConnection connection = fixture.connect()) {
            connection.send("GET " + collection("victim") + "/count HTTP/1.0\r\nHost: x\r\n\r\n");
            assertEquals("2", connection.read().body());
            assertTrue(connection.closedByPeer());
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleOfABodyHasAskedForNothing() throws Throwable {
        fixture.changesNothing(() -> {
            for (String framing : List.of("Content-Length: 500", "Transfer-Encoding: chunked")) {
                String part = framing.startsWith("C") ? "{\"ids\":[\"a\"]," : "e\r\n{\"ids\":[\"a\"],\r\n";
                try (RawConnection reset = fixture.connect()) {
                    reset.send(to("victim", "/delete", framing) + part).reset();
                }
                try (RawConnection closed = fixture.connect()) {
                    closed.send(to("victim", "/delete", framing) + part).finishSending();
                    refusedOrClosed(closed);
                }
            }
        });
    }

    @Test
    void aBodyShorterThanItSaysIsNotExecutedThoughItIsSoundJson() throws Throwable {
        fixture.changesNothing(() -> {
            try (RawConnection connection = fixture.connect()) {
                connection.send(to("victim", "/delete", "Content-Length: 14") + "{\"ids\":[\"a\"]}");
                connection.finishSending();
                refusedOrClosed(connection);
            }
        });
    }

    /** As with a bare Chroma 1.5.9; one that was logged before its client was seen to leave is finished, on both sides. */
    @Test
    void aWriteWhoseClientLeavesRightAfterSendingItIsOnBothSidesOrOnNone() throws IOException {
        fixture.api().create("abandoned");
        for (int i = 0; i < 10; i++) {
            String add = "{\"ids\":[\"g" + i + "\"],\"embeddings\":[[1,2]]}";
            try (RawConnection connection = fixture.connect()) {
                connection.send(to("abandoned", "/add", "Content-Length: " + add.length()) + add);
                connection.finishSending();
            }
        }
        fixture.assertEqualSides();
    }

    @Test
    void clientsThatStallAreCutOffAndDisturbNobody() throws Throwable {
        fixture.changesNothing(() -> {
            List<RawConnection> stalled = new ArrayList<>();
            try {
                for (int i = 0; i < 10; i++) {
                    stalled.add(fixture.connect()
                            .timeout(STALL_MS)
                            .send(to("victim", "/delete", "Content-Length: 500") + "{\"ids\":[\"a\"],"));
                    stalled.add(fixture.connect().timeout(STALL_MS).send("GET /api/v2/version HTTP/1.1\r\nHos"));
                }
                for (int i = 0; i < 50; i++) {
                    assertEquals(2, fixture.api().count(collection("victim")));
                }
                for (RawConnection connection : stalled) {
                    refusedOrClosed(connection);
                }
            } finally {
                for (RawConnection connection : stalled) {
                    connection.close();
                }
            }
        });
    }

    private static String to(String name, String route, String... headers) {
        return fixture.head("POST", collection(name) + route, headers);
    }

    private static void refusedOrClosed(RawConnection connection) throws IOException {
        try {
            RawConnection.Response response = connection.read();
            assertTrue(response.status() >= 400, response.toString());
            InputFixture.assertErrorShape(response);
        } catch (EOFException closed) {
            return;
        }
        assertTrue(connection.closedByPeer());
    }
}
