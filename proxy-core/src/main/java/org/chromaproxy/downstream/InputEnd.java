package org.chromaproxy.downstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * Tells the exchange that the client has ended its side of the connection, past the codec: that would take it for the end
 * of the connection, and make up an end for what it holds. Needs half-closed connections to be allowed.
 */
final class InputEnd extends ChannelInboundHandlerAdapter {
    /** Fired when all that the client sent has come through. */
    enum Reached {
        NOW
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.fireUserEventTriggered(Reached.NOW);
        } else if (!(event instanceof ChannelInputShutdownReadComplete)) {
            ctx.fireUserEventTriggered(event);
        }
    }
}
