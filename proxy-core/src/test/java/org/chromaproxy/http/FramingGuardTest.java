package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.chromaproxy.support.SplitAtEachByte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramingGuardTest {
    private static final String POST = "POST /a HTTP/1.1\r\nHost: x\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    private static void exchange(String input, Consumer<GuardedChannel> check) {
        SplitAtEachByte.forEach(input.getBytes(StandardCharsets.ISO_8859_1), pieces -> {
            try (GuardedChannel channel = new GuardedChannel()) {
                pieces.forEach(channel::receive);
                check.accept(channel);
            }
        });
    }

    private static void refused(String input, int status) {
        exchange(input, channel -> {
            String answer = channel.sent();
            assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
            assertTrue(answer.contains("connection: close"), answer);
            assertTrue(answer.contains("{\"error\":\""), answer);
            assertEquals(
                    answer.indexOf("connection: close"), answer.lastIndexOf("connection: close"), "one answer only");
            assertFalse(channel.open());
        });
    }

    private static void refusedUnrouted(String input, int status) {
        refused(input, status);
        exchange(input, channel -> assertEquals("", channel.routed()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 3",
                "Content-Length: 3\r\nContent-Length: 3",
                "Content-Length: 3\r\nContent-Length: 4",
                "Content-Length: 3, 3",
                "Content-Length: -3",
                "Content-Length: +3",
                "Content-Length: 3x",
                "Content-Length: 0x3",
                "Content-Length:",
                "Content-Length: 99999999999999999999",
                "Content-Length: 9999999999999999",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, gzip",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding:",
                "Transfer-Encoding: identity\r\nContent-Length: 3",
                "Transfer-Encoding:\u000bchunked",
                "Content-Length: 1\r\n 2"
            })
    void ambiguousLengthsAreRefused(String headers) {
        refusedUnrouted(POST + headers + "\r\n\r\nabc", 400);
    }

    @Test
    void ambiguousLengthsOfHttp10AreRefusedToo() {
        String head = "POST /a HTTP/1.0\r\nHost: x\r\n";
        refusedUnrouted(head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400);
        refusedUnrouted(head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
        refusedUnrouted(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host : x",
                " Host: x",
                "Host: x\r\nX : y",
                "Host: x\r\nX: a\u0001b",
                "Host: x\r\nX: a\u0000b",
                "Host: x\r\nX: a\rY: b",
                "Host: x\r\nX(: y",
                "Host: x\r\n: y",
                "Host: x\r\nnocolon",
                "Host: x\nX: y",
                "X: y",
                "Host: x\r\nHost: x",
                "Host: x\r\nHost: y",
                "Host: x y",
                "Host: x\r\n y",
                "Host: x/y",
                "Host: u@x",
                "Host: x, y"
            })
    void damagedHeadersAreRefused(String headers) {
        refusedUnrouted("GET /a HTTP/1.1\r\n" + headers + "\r\n\r\n", 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a",
                "GET  /a HTTP/1.1",
                "GET /a  HTTP/1.1",
                "GET\t/a HTTP/1.1",
                "GET /a\tHTTP/1.1",
                "GET /a\u000bHTTP/1.1",
                "GET /a\u000cHTTP/1.1",
                "GET /a \tHTTP/1.1",
                "GET /a HTTP/1.1 ",
                "GET /a b HTTP/1.1",
                "GET /a HTTPS/1.1",
                "GET /a HTTp/1.1",
                "GET /a http/1.1",
                "G(T /a HTTP/1.1",
                "GET /a\u0001 HTTP/1.1",
                "GET http://y/a HTTP/1.1",
                "GET http://x@y/a HTTP/1.1",
                "GET https:// HTTP/1.1",
                "CONNECT x:80 HTTP/1.1"
            })
    void damagedRequestLinesAreRefused(String line) {
        refusedUnrouted(line + "\r\nHost: x\r\n\r\n", 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"})
    void otherVersionsAreRefused(String version) {
        refusedUnrouted("GET /a " + version + "\r\nHost: x\r\n\r\n", 505);
    }

    @Test
    void oversizedHeadsAreRefused() {
        try (GuardedChannel channel = new GuardedChannel()) {
            channel.receive(("GET /" + "a".repeat(9_000)).getBytes(StandardCharsets.US_ASCII));
            assertTrue(channel.sent().startsWith("HTTP/1.1 414 "));
        }
        try (GuardedChannel channel = new GuardedChannel()) {
            channel.receive(
                    ("GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(17_000)).getBytes(StandardCharsets.US_ASCII));
            assertTrue(channel.sent().startsWith("HTTP/1.1 431 "));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1\r\nabc",
                "0x3\r\nabc",
                "+3\r\nabc",
                "\r\nabc",
                "FFFFFFFFF\r\nabc",
                "3\nabc",
                "3;x\ny\r\nabc",
                "3\r\nabcX0\r\n\r\n"
            })
    void malformedChunksAreRefusedAndTheExchangeIsTold(String body) {
        refused(CHUNKED + body, 400);
        exchange(CHUNKED + body, channel -> assertTrue(channel.routed().endsWith("[broken]"), channel.routed()));
    }

    @Test
    void ordinaryRequestsPass() {
        exchange(POST + "Content-Length: 3\r\n\r\nabc", channel -> assertEquals("POST /a abc.", channel.routed()));
        exchange(CHUNKED + "3\r\nabc\r\n0\r\n\r\n", channel -> assertEquals("POST /a abc.", channel.routed()));
        exchange("GET /a?b HTTP/1.0\r\n\r\n", channel -> assertEquals("GET /a?b .", channel.routed()));
        exchange("GET /a HTTP/1.1\r\nHost:\r\n\r\n", channel -> assertEquals("GET /a .", channel.routed()));
        exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", channel -> assertEquals("OPTIONS * .", channel.routed()));
        exchange(
                POST + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
                channel -> assertEquals("POST /a .", channel.routed()));
    }

    @Test
    void anAbsoluteTargetThatAgreesWithHostIsBroughtIntoOriginForm() {
        exchange(
                "GET HTTP://X:1/a?b HTTP/1.1\r\nHost: x:1\r\n\r\n",
                channel -> assertEquals("GET /a?b .", channel.routed()));
        exchange("GET http://x?b HTTP/1.1\r\nHost: x\r\n\r\n", channel -> assertEquals("GET /?b .", channel.routed()));
    }

    @Test
    void anOfferToUpgradeIsIgnored() {
        exchange(
                String.join(
                        "\r\n",
                        "GET /a HTTP/1.1",
                        "Host: x",
                        "Connection: Upgrade, HTTP2-Settings",
                        "Upgrade: h2c",
                        "HTTP2-Settings: AAMAAABkAAQAAP__",
                        "",
                        ""),
                channel -> {
                    assertEquals("GET /a .", channel.routed());
                    assertFalse(channel.headers().contains("upgrade"));
                    assertFalse(channel.headers().contains("http2-settings"));
                });
    }

    @Test
    void aRefusalWaitsForTheAnswersStillOwed() {
        exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/9.9\r\n\r\n", channel -> {
            assertEquals("", channel.sent());
            channel.respond(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
            assertTrue(channel.open());
            channel.respond(response("first"));
            String answers = channel.sent();
            assertTrue(answers.indexOf("first") < answers.indexOf("HTTP/1.1 505"), answers);
            assertFalse(channel.open());
        });
    }

    /** Found by the fuzzer: the connection was closed before what came first, and was carried out, was answered. */
    @Test
    void aBodyThatBreaksIsRefusedOnlyBehindTheAnswersStillOwed() {
        exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n" + CHUNKED + "zz\r\n", channel -> {
            assertEquals("", channel.sent());
            assertFalse(channel.routed().contains("[broken]"), "the exchange under way is another one");
            assertTrue(channel.respond(response("first")));
            String answers = channel.sent();
            assertTrue(answers.indexOf("first") < answers.indexOf("HTTP/1.1 400"), answers);
            assertTrue(channel.routed().endsWith("[broken]"), channel.routed());
            assertFalse(channel.open());
        });
    }

    /** Found by the fuzzer: whether a second answer came depended on where the network cut the bytes. */
    @Test
    void nothingIsSaidBehindAnAnswerThatEndsTheConnection() {
        exchange("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /b HTTP/9.9\r\n\r\n", channel -> {
            DefaultFullHttpResponse last = response("last");
            last.headers().set("connection", "close");
            assertTrue(channel.respond(last));
            assertFalse(channel.sent().contains("505"));
        });
    }

    @Test
    void nothingIsRoutedBehindARefusal() {
        exchange("GET /a HTTP/9.9\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", channel -> {
            assertEquals("", channel.routed());
        });
    }

    /** Found by the fuzzer: Netty drops a trailer of these names unread, and what is folded behind it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Trailer: a\rb",
                "Transfer-Encoding: x\r\n a\u0001b",
                "Content-Length: 1\r\n a\rb",
                "Trailer: \u0000",
                "X: y\r\nTrailer: \u007f",
                "Trailer: \r"
            })
    void whatNoTrailerMayHoldIsRefusedInThoseThatNobodyReadsToo(String trailers) {
        refused(CHUNKED + "1\r\na\r\n0\r\n" + trailers + "\r\n\r\n", 400);
    }

    /** Only trailers are looked at: JSON may hold a DEL, and a CR between its words. */
    @ParameterizedTest
    @ValueSource(strings = {"a\u007fb", "a\rb", "\u0000", "\r", "a\u001f", "\u007f\r\n\r\n"})
    void aBodyMayHoldAnything(String body) {
        String counted = POST + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        String chunked = CHUNKED + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\nX: y\r\n\r\n";
        for (String request : List.of(counted, chunked, chunked + counted)) {
            exchange(request, channel -> {
                String routed = channel.routed();
                assertTrue(routed.startsWith("POST /a " + body + "."), routed);
                assertEquals("", channel.sent());
            });
        }
    }

    @Test
    void trailersAreDropped() {
        String next = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
        exchange(CHUNKED + "1\r\na\r\n0\r\nX: y\r\n\tz\r\nTrailer: X\r\n\r\n" + next, channel -> {
            assertEquals("POST /a a.GET /b .", channel.routed());
            assertTrue(channel.open());
        });
    }

    @Test
    void aWriteBehindARefusalFailsAndLeaksNothing() {
        exchange(CHUNKED + "zz\r\n", channel -> assertFalse(channel.respond(response("late"))));
    }

    private static DefaultFullHttpResponse response(String body) {
        ByteBuf content = GuardedChannel.buffer(body.getBytes(StandardCharsets.US_ASCII));
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
        response.headers().set("content-length", content.readableBytes());
        return response;
    }
}
