package org.chromaproxy.drill.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpScanTest {
    private static final String MESSAGES = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n"
            + "POST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345"
            + "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            + "GET /d HTTP/1.1\r\n\r\n";

    @Test
    void messagesAreFoundHoweverTheyAreCut() {
        List<String> whole = parts(MESSAGES, MESSAGES.length());
        assertEquals(
                List.of(
                        "GET /a HTTP/1.1\r\nhost: x\r\n\r\n",
                        "POST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
                        "12345",
                        "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                        "3\r\nabc\r\n0\r\n\r\n",
                        "GET /d HTTP/1.1\r\n\r\n"),
                whole);
        for (int piece = 1; piece < 60; piece++) {
            assertEquals(whole, parts(MESSAGES, piece), "in pieces of " + piece);
        }
    }

    /** Each head and each body, put together again. */
    private static List<String> parts(String text, int piece) {
        HttpScan scan = new HttpScan();
        List<String> parts = new ArrayList<>();
        for (int from = 0; from < text.length(); from += piece) {
            String some = text.substring(from, Math.min(text.length(), from + piece));
            ByteBuf bytes = Unpooled.wrappedBuffer(some.getBytes(StandardCharsets.US_ASCII));
            int at = 0;
            while (at < some.length()) {
                HttpScan.Step step = scan.step(bytes, at);
                String run = some.substring(at, at + step.bytes());
                if (step.first()) {
                    parts.add(run);
                } else {
                    parts.set(parts.size() - 1, parts.getLast() + run);
                }
                at += step.bytes();
            }
        }
        return parts;
    }
}
