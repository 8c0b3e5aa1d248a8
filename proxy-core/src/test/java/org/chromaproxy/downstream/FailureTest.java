package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client is told of a fault of the proxy's own, and what of its connection's. */
class FailureTest {
    private static final List<byte[]> PART =
            List.of(("POST /api/v2/tenants/t/databases/d/collections/known/add HTTP/1.1\r\n"
                            + "Host: h\r\nContent-Length: 13\r\n\r\n{\"ids\"")
                    .getBytes(StandardCharsets.ISO_8859_1));
    private static final List<byte[]> REST = List.of(":[\"a\"]}".getBytes(StandardCharsets.ISO_8859_1));

    private final Fronted proxy = new Fronted();
    private final Faulty faulty = new Faulty();

    private static final class Faulty extends ChannelInboundHandlerAdapter {
        private @Nullable ChannelHandlerContext context;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            context = ctx;
        }

        void fails(Throwable cause) {
            Objects.requireNonNull(context).fireExceptionCaught(cause);
        }
    }

    @AfterEach
    void close() {
        assertEquals(0, proxy.active());
        proxy.close();
    }

    private String after(List<byte[]> sent, Throwable cause) {
        try (ClientSide client = proxy.connect(faulty)) {
            client.send(sent);
            faulty.fails(cause);
            return client.send(REST).received();
        }
    }

    @Test
    void aFaultOfTheProxyIsToldAndTheConnectionClosed() {
        String received = after(PART, new IllegalStateException("made by a test"));
        assertTrue(received.startsWith("HTTP/1.1 500 "), received);
        assertTrue(received.contains("connection: close"), received);
        assertTrue(received.contains("InternalError"), received);
        assertTrue(received.endsWith("[closed]"), received);
        assertEquals(List.of(), proxy.appended());
    }

    @Test
    void aBrokenConnectionIsClosedWithoutAWord() {
        assertEquals("[closed]", after(PART, new IOException("Connection reset by peer")));
        assertEquals(List.of(), proxy.appended());
    }

    @Test
    void oneForWhichThereIsNoMemoryIsClosedAndCounted() {
        assertEquals("[closed]", after(PART, new OutOfMemoryError("made by a test")));
        assertEquals(1, proxy.exhausted());
    }

    @Test
    void betweenRequestsThereIsNothingToTell() {
        assertEquals("[closed]", after(List.of(), new IllegalStateException("made by a test")));
    }
}
