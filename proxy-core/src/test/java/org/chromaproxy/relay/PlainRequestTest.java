package org.chromaproxy.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever another parser could read differently is not taken for plain. */
class PlainRequestTest {
    private static final String ID = "0189b0c4-6a3e-7c11-8f00-00000000abcd";
    private static final String PATH = "/api/v2/tenants/t-1/databases/d_2/collections/" + ID;
    private static final String LINE = "POST " + PATH + "/get HTTP/1.1\r\n";
    private static final String FIELDS = "Host: h:1\r\nContent-Length: 2\r\n";

    private final PlainRequest request = new PlainRequest();

    private Verdict of(String head) {
        request.fill(Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1));
        return request.read();
    }

    @Test
    void aPlainReadIsKnownByItsIdLengthAndHost() {
        assertEquals(Verdict.PLAIN, of(LINE + FIELDS + "\r\n{}"));
        assertEquals(ID, request.collection().toString());
        assertEquals(2, request.content);
        assertEquals(
                "h:1",
                new String(request.bytes, request.host, request.hostEnd - request.host, StandardCharsets.US_ASCII));
        assertEquals((LINE + FIELDS + "\r\n").length(), request.length);
        assertEquals(Verdict.PLAIN, of(LINE.replace("/get", "/query") + FIELDS + "Accept: */*\r\n\r\n"));
        assertEquals(Verdict.PLAIN, of("GET " + PATH + "/count HTTP/1.1\r\nhost: h\r\n\r\n"));
    }

    @Test
    void everyBeginningOfAPlainHeadIsIncomplete() {
        String head = LINE + FIELDS + "\r\n";
        for (int cut = 0; cut < head.length(); cut++) {
            assertEquals(Verdict.INCOMPLETE, of(head.substring(0, cut)), "cut at " + cut);
        }
    }

    @Test
    void pathsThatNeedThoughtAreNotPlain() {
        for (String path : List.of(
                PATH + "/add",
                PATH + "/get?x=1",
                PATH + "/get/",
                PATH.replace("t-1", "..") + "/get",
                PATH.replace("t-1", "") + "/get",
                PATH.replace("d_2", "%64") + "/get",
                PATH.replace("d_2", "a/b") + "/get",
                PATH.replace(ID, "name") + "/get",
                PATH.replace(ID, ID + "0") + "/get",
                PATH.replace(ID, ID.replace("-", "_")) + "/get",
                PATH.replace(ID, ID.replace('a', 'g')) + "/get",
                "http://h" + PATH + "/get")) {
            assertEquals(Verdict.OTHER, of("POST " + path + " HTTP/1.1\r\n" + FIELDS + "\r\n"), path);
        }
        for (String line : List.of(
                LINE.replace("HTTP/1.1", "HTTP/1.0"),
                LINE.replace("POST", "PUT"),
                LINE.replace("POST ", "POST  "),
                LINE.replace("\r\n", "\n"),
                LINE.replace(" HTTP", "\tHTTP"),
                "\r\n" + LINE)) {
            assertEquals(Verdict.OTHER, of(line + FIELDS + "\r\n"), line);
        }
    }

    @Test
    void aTraceContextIsPlainOnlyWhenItIsRight() {
        String parent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
        assertEquals(Verdict.PLAIN, of(LINE + FIELDS + parent + "\r\n{}"));
        assertEquals("4bf92f", request.traceparent().toString().substring(3, 9));
        assertEquals(PATH + "/get", request.path());
        assertEquals("POST", request.method());
        assertEquals(Verdict.PLAIN, of(LINE + FIELDS + "tracestate: a=1\r\n" + parent + "\r\n{}"));
        for (String field : List.of(
                parent + parent, parent.replace("4bf", "4BF"), "tracestate: a=1\r\n", parent + "tracestate: A\r\n")) {
            assertEquals(Verdict.OTHER, of(LINE + FIELDS + field + "\r\n{}"), field);
        }
        assertEquals(Verdict.PLAIN, of(LINE + FIELDS + "\r\n{}"));
        assertEquals("", request.traceparent());
    }

    @Test
    void fieldsThatNeedThoughtAreNotPlain() {
        for (String field : List.of(
                "Transfer-Encoding: chunked\r\n",
                "transfer-encoding : chunked\r\n",
                "Content-Length: 2\r\n",
                "Host: h\r\n",
                "Expect: 100-continue\r\n",
                "Connection: close\r\n",
                "Connection: keep-alive, X-Hop\r\n",
                "Upgrade: h2c\r\n",
                "TE: trailers\r\n",
                "Trailer: x\r\n",
                "HTTP2-Settings: x\r\n",
                "Proxy-Authorization: x\r\n",
                "X-Forwarded-For: 1.2.3.4\r\n",
                "X-Forwarded-Host: h\r\n",
                "X-Forwarded-Proto: https\r\n",
                "X: a\r\n folded: b\r\n",
                "X: content-length: 5\r\n",
                "Authorization: content-length: 5\r\n",
                "Keep-Alive: content-length: 5\r\n",
                "X-Chroma-Token: transfer-encoding: chunked\r\n",
                "X: a\rb\r\n",
                "X: a\nb: c\r\n",
                "X: \u0000\r\n",
                "X: \u00e9\r\n",
                "X Y: a\r\n",
                ": a\r\n",
                "no colon\r\n")) {
            assertEquals(Verdict.OTHER, of(LINE + FIELDS + field + "\r\n"), field);
            assertEquals(Verdict.OTHER, of(LINE + field + FIELDS + "\r\n"), field);
        }
        for (String length : List.of("-1", "+1", "0x2", "2,2", "", "1 2", "9999999999", "2;")) {
            assertEquals(Verdict.OTHER, of(LINE + "Host: h\r\nContent-Length: " + length + "\r\n\r\n"), length);
        }
        for (String host : List.of("", "a b", "a/b", "a@b", "a,b", "\u00e9", "transfer-encoding::1", "a:b", "a:1:2")) {
            assertEquals(Verdict.OTHER, of(LINE + "Host: " + host + "\r\nContent-Length: 2\r\n\r\n"), host);
        }
        assertEquals(Verdict.OTHER, of(LINE + "Content-Length: 2\r\n\r\n"));
        assertEquals(Verdict.OTHER, of(LINE + "Host: h\r\n\r\n"));
        assertEquals(Verdict.OTHER, of(LINE + FIELDS + "X: " + "x".repeat(PlainHead.LIMIT) + "\r\n\r\n"));
    }
}
