package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** A client's connection up to the guard, whose every buffer must have been released when it is closed. */
final class GuardedChannel implements AutoCloseable {
    private static final UnpooledByteBufAllocator MEMORY = new UnpooledByteBufAllocator(false);

    private final StringBuilder routed = new StringBuilder();
    private HttpHeaders headers = EmptyHttpHeaders.INSTANCE;
    private final EmbeddedChannel channel;

    GuardedChannel() {
        channel = new EmbeddedChannel();
        channel.config().setAllocator(MEMORY);
        channel.pipeline().addLast(HttpCodecs.server(), new FramingGuard(), new Router());
    }

    static ByteBuf buffer(byte[] bytes) {
        return MEMORY.buffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }

    void receive(byte[] bytes) {
        if (channel.isOpen()) {
            channel.writeInbound(buffer(bytes));
        }
    }

    /** What reached the handler behind the guard: heads, contents, a full stop at each end. */
    String routed() {
        return routed.toString();
    }

    /** Headers of the last request that passed. */
    HttpHeaders headers() {
        return headers;
    }

    boolean respond(Object response) {
        // Through the pipeline, since an EmbeddedChannel that is closed neither takes nor releases a message itself.
        ChannelFuture written = channel.pipeline().writeAndFlush(response);
        channel.runPendingTasks();
        return written.isSuccess();
    }

    boolean open() {
        return channel.isOpen();
    }

    String sent() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        return text.toString();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        assertEquals(0, MEMORY.metric().usedHeapMemory(), "bytes never released");
        assertEquals(0, MEMORY.metric().usedDirectMemory(), "bytes never released");
    }

    private final class Router extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof HttpRequest request) {
                headers = request.headers();
                routed.append(request.method())
                        .append(' ')
                        .append(request.uri())
                        .append(' ');
            }
            if (msg instanceof HttpContent content) {
                routed.append(content.content().toString(StandardCharsets.ISO_8859_1));
            }
            if (msg instanceof LastHttpContent) {
                routed.append('.');
            }
            ReferenceCountUtil.release(msg);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
            if (evt instanceof FramingGuard.BodyBroken) {
                routed.append("[broken]");
            }
        }
    }
}
