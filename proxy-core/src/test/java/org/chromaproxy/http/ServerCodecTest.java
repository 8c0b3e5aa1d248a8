package org.chromaproxy.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the codec of a client's connection holds. */
class ServerCodecTest {
    private static final String GET = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final ServerCodec codec = HttpCodecs.server();
    private final EmbeddedChannel channel = new EmbeddedChannel(codec);
    private boolean wanted;

    ServerCodecTest() {
        codec.onDemand(() -> wanted);
    }

    @AfterEach
    void nothingIsLeft() {
        channel.finishAndReleaseAll();
        assertEquals(0, memory.metric().usedDirectMemory());
    }

    private void send(String text, int capacity) {
        ByteBuf bytes = memory.directBuffer(capacity).writeBytes(text.getBytes(US_ASCII));
        channel.writeInbound(bytes);
    }

    private int requests() {
        int count = 0;
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            count += message instanceof HttpRequest ? 1 : 0;
            ReferenceCountUtil.release(message);
        }
        return count;
    }

    @Test
    void requestsSentAheadStayBytesUntilTheyAreWanted() {
        send(GET.repeat(100), 4_096);
        assertEquals(0, requests());
        assertFalse(codec.between());
        assertTrue(codec.advance());
        assertEquals(1, requests());
        codec.resume();
        assertEquals(0, requests());
        wanted = true;
        codec.resume();
        assertEquals(99, requests());
        assertTrue(codec.between());
        assertFalse(codec.advance());
    }

    @Test
    void theBeginningOfAHeadDoesNotHoldTheReceiveBuffer() {
        wanted = true;
        send("GET /x", 64 << 10);
        assertFalse(codec.between());
        assertEquals(0, memory.metric().usedDirectMemory());
        send(GET.substring("GET /x".length()), 64 << 10);
        assertEquals(1, requests());
    }

    /** Behind the end of a client's side everything that the kernel has is read at once. */
    @Test
    void whatComesOfABodyWithoutBeingWantedIsReservedAndEndsTheConnectionWhereItCannotBe() {
        int limit = 100_000;
        int[] reserved = {0};
        HeadMemory heads = new HeadMemory() {
            @Override
            public boolean reserve(int bytes) {
                boolean fits = reserved[0] + bytes <= limit;
                reserved[0] += fits ? bytes : 0;
                return fits;
            }

            @Override
            public void release(int bytes) {
                reserved[0] -= bytes;
            }
        };
        ServerCodec bounded = HttpCodecs.server(100, 16 << 10, heads);
        bounded.onDemand(() -> wanted);
        EmbeddedChannel other = new EmbeddedChannel(bounded);
        wanted = true;
        other.writeInbound(
                Unpooled.copiedBuffer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", US_ASCII));
        wanted = false;
        for (int sent = 0; sent < limit - 20_000; sent += 20_000) {
            other.writeInbound(Unpooled.buffer().writeZero(20_000));
            assertTrue(reserved[0] >= sent + 10_000, () -> "reserved " + reserved[0]);
        }
        assertTrue(other.isOpen());
        other.writeInbound(Unpooled.buffer().writeZero(40_000));
        assertFalse(other.isOpen());
        other.finishAndReleaseAll();
        assertEquals(0, reserved[0]);
    }
}
