package org.chromaproxy.acceptance.input;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests hidden in others, in front of real servers: none of them is carried out, or even logged. */
@Timeout(900)
class SmugglingIT {
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
    void noHiddenRequestIsCarriedOut() throws Throwable {
        String hidden = fixture.post("/delete", "{\"ids\":[\"a\"]}");
        for (String route : List.of("/get", "/delete", "/add")) {
            Map<String, String> all = Smuggling.around("POST " + collection("victim") + route + " HTTP/1.1", hidden);
            assertTrue(all.size() > 100, all.size() + " ways");
            List<String> accepted = new ArrayList<>();
            fixture.changesNothing(() -> all.forEach((name, bytes) -> {
                if (!refusedOnly(bytes)) {
                    accepted.add(name);
                }
            }));
            assertEquals(List.of(), accepted, route);
        }
    }

    @Test
    void anOfferToUpgradeIsNoWayIn() throws Throwable {
        fixture.changesNothing(() -> {
            try (RawConnection connection = fixture.connect()) {
                connection.send(fixture.head(
                                "GET",
                                collection("victim") + "/count",
                                "Connection: Upgrade, HTTP2-Settings",
                                "Upgrade: h2c",
                                "HTTP2-Settings: AAMAAABkAAQAAP__")
                        + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + fixture.post("/delete", "{\"ids\":[\"a\"]}"));
                assertEquals("2", connection.read().body());
                assertEquals(505, connection.read().status());
                assertTrue(connection.closedByPeer());
            }
        });
    }

    @Test
    void trailersThatNameTheFramingEndNothingAndBeginNothing() throws Throwable {
        fixture.changesNothing(() -> {
            for (String trailer : List.of("Content-Length: 9", "Transfer-Encoding: chunked", "Host: y", "X: y")) {
                try (RawConnection connection = fixture.connect()) {
                    connection.send(fixture.head("POST", collection("victim") + "/get", "Transfer-Encoding: chunked")
                            + "2\r\n{}\r\n0\r\n" + trailer + "\r\n\r\n"
                            + fixture.head("GET", collection("victim") + "/count"));
                    assertEquals(200, connection.read().status());
                    assertEquals("2", connection.read().body());
                }
            }
        });
    }

    @Test
    void methodsThatTellWhatWasSentAreNotSpoken() throws Throwable {
        fixture.changesNothing(() -> {
            for (String method : List.of("TRACE", "TRACK", "DEBUG", "post", "Delete", "PROPFIND")) {
                try (RawConnection connection = fixture.connect()) {
                    RawConnection.Response answer = connection
                            .send(fixture.head(method, collection("victim"), "Content-Length: 0", "X-Secret: told"))
                            .read();
                    assertEquals(405, answer.status(), method);
                    assertTrue(!answer.body().contains("told"), answer.toString());
                }
            }
        });
    }

    /** One refusal at most, then the end; what came behind it is not answered. */
    private static boolean refusedOnly(String bytes) {
        try (RawConnection connection = fixture.connect()) {
            connection.send(bytes);
            return connection.read().status() >= 400 && connection.closedByPeer();
        } catch (EOFException | SocketException closedAtOnce) {
            return true;
        } catch (IOException e) {
            throw new AssertionError(bytes, e);
        }
    }
}
