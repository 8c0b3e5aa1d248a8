package org.chromaproxy.downstream;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import org.chromaproxy.admit.UntakenAnswers;
import org.jspecify.annotations.Nullable;

/**
 * What a client has been sent and does not take, as far as the kernel has not taken it either: reserved while it waits in the
 * proxy. A client that takes its answers costs nothing here. Confined to the connection's event loop.
 */
final class Untaken {
    private final UntakenAnswers answers;
    /** Made when something waits for the first time: most clients take all at once. */
    private UntakenAnswers.@Nullable Holder holder;

    private boolean awaited;

    Untaken(UntakenAnswers answers) {
        this.answers = answers;
    }

    static long pending(Channel channel) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out == null ? 0 : out.totalPendingWriteBytes();
    }

    /** Reserves what waits now; false if there is no memory for it: the connection has to end. */
    boolean reserve(Channel channel) {
        long waits = pending(channel);
        UntakenAnswers.Holder own = holder;
        if (own == null) {
            if (waits == 0) {
                return true;
            }
            own = answers.holder(
                    ClientMemory.network(channel), () -> channel.eventLoop().execute(channel::close));
            holder = own;
        }
        return own.hold(waits);
    }

    /**
     * A client that sends ahead and takes no answer holds one answer, not those to all that it has sent.
     *
     * @param codec where to write past it and its guard, for which this is no message
     * @param next run when all is taken; where there is no memory for what waits, the connection is closed instead
     */
    void await(ChannelHandlerContext codec, Runnable next) {
        if (!reserve(codec.channel())) {
            codec.close();
            return;
        }
        awaited = true;
        codec.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
            awaited = false;
            reserve(codec.channel());
            next.run();
        });
    }

    /** Whether something waits for all to be taken. */
    boolean awaited() {
        return awaited;
    }

    /** The connection has ended. */
    void close() {
        if (holder != null) {
            holder.hold(0);
        }
    }
}
