package org.chromaproxy.downstream;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.chromaproxy.http.ServerCodec;

/**
 * Lets one message through per read, however many the codec decodes from one packet, so that requests are taken one at a
 * time and a body no faster than asked for. Netty's {@code FlowControlHandler} (4.2.18) loses a read that is issued while
 * it hands over a message; this one does not. Confined to the connection's event loop; needs auto-read off.
 */
final class Turnstile extends ChannelDuplexHandler {
    private final ServerCodec codec;
    private final ArrayDeque<Object> queue = new ArrayDeque<>(4);
    private boolean wanted;
    private boolean turning;

    /** @param codec stands before this one, and decodes no further than is wanted here */
    Turnstile(ServerCodec codec) {
        this.codec = codec;
        codec.onDemand(() -> wanted && queue.isEmpty());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (wanted && !turning && queue.isEmpty()) {
            turning = true;
            wanted = false;
            ctx.fireChannelRead(msg);
            turning = false;
        } else {
            queue.add(msg);
        }
        turn(ctx);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        wanted = true;
        turn(ctx);
    }

    private void turn(ChannelHandlerContext ctx) {
        if (turning) {
            return;
        }
        turning = true;
        while (wanted && !queue.isEmpty()) {
            wanted = false;
            ctx.fireChannelRead(queue.poll());
        }
        turning = false;
        if (!wanted || codec.decoding()) {
            // The codec goes on by itself, and tells when it has come to the end of what is here.
            return;
        }
        codec.resume();
        if (wanted) {
            ctx.read();
        }
    }

    /** What came was not a whole message. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        if (wanted) {
            ctx.read();
        }
    }

    /** Whether a message is waited for. */
    boolean waits() {
        return wanted;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        clear();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        clear();
    }

    /** Whether the end of a request waits here. */
    boolean holdsEnd() {
        return queue.stream().anyMatch(LastHttpContent.class::isInstance);
    }

    /** Whether the beginning of a request waits here. */
    boolean holdsRequest() {
        return queue.stream().anyMatch(HttpRequest.class::isInstance);
    }

    /** Lets go of what waits here. */
    void clear() {
        queue.forEach(ReferenceCountUtil::release);
        queue.clear();
    }
}
