package org.chromaproxy.downstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * Whether a client takes its answer, looked at once a second. While more waits for it than the proxy will hold, its place
 * and the instance's connection wait too. Confined to the connection's event loop.
 */
final class Uptake {
    private static final long SECOND = 1_000;

    private long left;
    private long seconds;

    /**
     * A second has passed.
     *
     * @param untaken whether the next request waits until the client has taken all
     * @param graceMs for how long it may take nothing
     * @return whether not one byte was taken for so long
     */
    boolean stalled(Channel channel, boolean untaken, long graceMs) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        if (out == null || (channel.isWritable() && !untaken)) {
            left = 0;
            seconds = 0;
            return false;
        }
        long now = out.totalPendingWriteBytes() - out.currentProgress();
        seconds = now < left ? 0 : seconds + 1;
        left = now;
        return seconds > Math.max(1, graceMs / SECOND) && !sending(channel, graceMs);
    }

    /**
     * The kernel takes more only when a third of its buffer is free: to a slow client it sends for long from what it has.
     * Where that cannot be asked for, only what it takes counts.
     */
    private static boolean sending(Channel channel, long graceMs) {
        return channel instanceof EpollSocketChannel epoll && epoll.tcpInfo().lastDataSent() < graceMs;
    }
}
