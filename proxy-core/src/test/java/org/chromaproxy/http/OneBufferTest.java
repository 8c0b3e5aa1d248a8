package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OneBufferTest {
    private static FullHttpResponse response(int bytes) {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.OK,
                Unpooled.copiedBuffer("b".repeat(bytes), StandardCharsets.US_ASCII));
    }

    private static OneBuffer of(FullHttpResponse response) {
        return new OneBuffer(UnpooledByteBufAllocator.DEFAULT, response);
    }

    @Test
    void onlySmallBodiesThatAreCountedAreCopied() {
        FullHttpResponse chunked = response(1);
        HttpUtil.setTransferEncodingChunked(chunked, true);

        assertTrue(OneBuffer.takes(response(8 << 10)));
        assertFalse(OneBuffer.takes(response((8 << 10) + 1)));
        assertFalse(OneBuffer.takes(chunked));
    }

    @Test
    void theBodyFollowsTheHeadUnlessThereIsToBeNone() {
        OneBuffer with = of(response(3));
        with.buffer().writeCharSequence("head\r\n", StandardCharsets.US_ASCII);
        with.end(true);
        OneBuffer without = of(response(3));
        without.end(false);

        assertEquals("head\r\n\r\nbbb", with.buffer().toString(StandardCharsets.US_ASCII));
        assertEquals("\r\n", without.buffer().toString(StandardCharsets.US_ASCII));
        with.buffer().release();
        without.buffer().release();
    }

    @Test
    void whatFailsBeforeItsEndIsReleased() {
        OneBuffer failed = of(response(3));
        failed.releaseUnlessEnded();
        OneBuffer ended = of(response(3));
        ended.end(true);
        ended.releaseUnlessEnded();

        assertEquals(0, failed.buffer().refCnt());
        assertTrue(ended.buffer().release());
    }
}
