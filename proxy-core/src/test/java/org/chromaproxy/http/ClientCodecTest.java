package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientCodecTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new ClientCodec());

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static FullHttpRequest request(HttpMethod method, int bytes) {
        ByteBuf body = Unpooled.copiedBuffer("b".repeat(bytes), StandardCharsets.US_ASCII);
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, "/a", body);
        request.headers().set("content-length", bytes);
        return request;
    }

    private int written() {
        int buffers = 0;
        for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
            buffers += each.isReadable() ? 1 : 0;
            each.release();
        }
        return buffers;
    }

    @Test
    void aSmallRequestIsOneBufferAndItsBodyIsReleased() {
        FullHttpRequest small = request(HttpMethod.POST, 3);
        channel.writeOutbound(small);
        ByteBuf whole = channel.readOutbound();

        assertTrue(whole.toString(StandardCharsets.US_ASCII).endsWith("content-length: 3\r\n\r\nbbb"));
        assertEquals(0, small.refCnt());
        whole.release();
    }

    @Test
    void aLargeBodyIsNotCopied() {
        channel.writeOutbound(request(HttpMethod.POST, 9 << 10));

        assertEquals(2, written());
    }

    @Test
    void theAnswerToHeadEndsWithItsHead() {
        channel.writeOutbound(request(HttpMethod.HEAD, 0));
        written();
        channel.writeInbound(
                Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", StandardCharsets.US_ASCII));

        assertInstanceOf(HttpResponse.class, channel.readInbound());
        assertEquals(LastHttpContent.EMPTY_LAST_CONTENT, channel.readInbound());
    }
}
