package org.chromaproxy.acceptance.input;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that two parsers could understand differently: refused before anything is routed, and the connection closed. */
@Timeout(900)
class FramingIT {
    private static final String DELETE = "{\"ids\":[\"a\"]}";

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
    void lengthAndTransferEncodingTogetherAreRefused() throws Throwable {
        String smuggled = fixture.post("/delete", DELETE);
        fixture.changesNothing(() -> {
            fixture.refusedAndClosed(
                    400, request("Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n" + smuggled);
            fixture.refusedAndClosed(
                    400, request("Transfer-Encoding: chunked", "Content-Length: 5") + "0\r\n\r\n" + smuggled);
        });
    }

    @Test
    void ambiguousLengthsAreRefused() throws Throwable {
        fixture.changesNothing(() -> {
            for (List<String> lengths : List.of(
                    List.of("Content-Length: 13", "Content-Length: 14"),
                    List.of("Content-Length: 13", "content-length: 13"),
                    List.of("Content-Length: 13, 13"),
                    List.of("Content-Length: -13"),
                    List.of("Content-Length: +13"),
                    List.of("Content-Length: 0x0d"),
                    List.of("Content-Length: 13 13"),
                    List.of("Content-Length: 99999999999999999999"),
                    List.of("Content-Length:"))) {
                fixture.refusedAndClosed(400, request(lengths.toArray(String[]::new)) + DELETE);
            }
        });
    }

    @Test
    void transferEncodingsOtherThanChunkedAreRefused() throws Throwable {
        String body = "d\r\n" + DELETE + "\r\n0\r\n\r\n";
        fixture.changesNothing(() -> {
            for (String coding : List.of(
                    "Transfer-Encoding: gzip, chunked",
                    "Transfer-Encoding: chunked, identity",
                    "Transfer-Encoding: xchunked",
                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")) {
                refusedSomehow(request(coding) + body);
            }
        });
    }

    @Test
    void malformedHeadersAreRefused() throws Throwable {
        fixture.changesNothing(() -> {
            for (String header : List.of(
                    "Content-Length : 13",
                    " Content-Length: 13",
                    "Content-Length: 13\r\nX-Bad\u0001Name: x",
                    "Content-Length: 13\r\nX-Bad: a\u0000b",
                    "Content-Length: 13\r\nno colon here",
                    "Content-Length: 13\r\n: no name",
                    "Content-Length: 13\r\nHost: second.example")) {
                refusedSomehow(request(header) + DELETE);
            }
        });
    }

    @Test
    void aChunkThatIsNotWhatItSaysIsRefused() throws Throwable {
        fixture.changesNothing(() -> {
            for (String chunks : List.of(
                    "zz\r\n" + DELETE + "\r\n0\r\n\r\n",
                    "-1\r\n" + DELETE + "\r\n0\r\n\r\n",
                    "ffffffffffffffff\r\n" + DELETE + "\r\n0\r\n\r\n",
                    "d\r\n" + DELETE + "XX0\r\n\r\n")) {
                refusedSomehow(request("Transfer-Encoding: chunked") + chunks);
            }
        });
    }

    @Test
    void bareLineFeedsSmuggleNothing() throws Throwable {
        String smuggled = fixture.post("/delete", DELETE);
        fixture.changesNothing(() -> {
            refusedSomehow("POST " + collection("victim") + "/get HTTP/1.1\r\nHost: x\r\nContent-Length: 2\n"
                    + "Transfer-Encoding: chunked\r\n\r\n" + "0\r\n\r\n" + smuggled);
            refusedSomehow(request("Transfer-Encoding: chunked\nContent-Length: 13") + DELETE);
            refusedSomehow(request("Transfer-Encoding:\n chunked") + "d\r\n" + DELETE + "\r\n0\r\n\r\n");
        });
    }

    @Test
    void oversizedHeadsAreRefused() throws Throwable {
        fixture.changesNothing(() -> {
            fixture.refusedAndClosed(431, request("Content-Length: 13", "X-Large: " + "x".repeat(70_000)) + DELETE);
            StringBuilder many = new StringBuilder("Content-Length: 13");
            for (int i = 0; i < 5_000; i++) {
                many.append("\r\nX-").append(i).append(": some value");
            }
            fixture.refusedAndClosed(431, request(many.toString()) + DELETE);
            fixture.refusedAndClosed(414, fixture.head("GET", "/api/v2/" + "x".repeat(70_000)));
        });
    }

    @Test
    void whatIsNotHttpOneIsRefused() throws Throwable {
        fixture.changesNothing(() -> {
            refusedSomehow("\u0016\u0003\u0001\u0000\u0005hello\r\n\r\n");
            refusedSomehow("complete nonsense\r\n\r\n");
            refusedSomehow("DELETE " + collection("victim") + " HTTP/9.9\r\nHost: x\r\n\r\n");
            refusedSomehow("DELETE " + collection("victim") + " HTTP/1.1\r\n\r\n");
            refusedSomehow("DELETE " + collection("victim") + "\r\n\r\n");
        });
    }

    private static String request(String... headers) {
        return fixture.head("POST", collection("victim") + "/delete", headers);
    }

    /** An error of the 4xx or 5xx kind followed by a close, or a close at once; never an acceptance. */
    private static void refusedSomehow(String bytes) throws IOException {
        try (RawConnection connection = fixture.connect()) {
            connection.send(bytes);
            RawConnection.Response response = connection.read();
            assertTrue(response.status() >= 400, bytes + " gives " + response);
            assertTrue(connection.closedByPeer(), "open after " + bytes);
            if (response.status() != 404) {
                InputFixture.assertErrorShape(response);
            }
            assertEquals("close", response.headers().getOrDefault("connection", "close"));
        } catch (EOFException | SocketException closedAtOnce) {
            // As good an answer as any to what is not HTTP.
        }
    }
}
