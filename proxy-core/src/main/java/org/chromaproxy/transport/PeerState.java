package org.chromaproxy.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;

/** What the kernel knows of the other end of a connection, before its channel has said so. */
public final class PeerState {
    /** Linux's TCP states (net/tcp_states.h). */
    private static final int CLOSE = 7;

    private static final int CLOSE_WAIT = 8;

    private PeerState() {}

    /**
     * Whether the peer has ended its side, or the connection: the channel tells so when all that was sent before is read. One
     * system call, with epoll; always false with other transports, and on a channel that is closed.
     */
    public static boolean hasEnded(Channel channel) {
        if (!(channel instanceof EpollSocketChannel socket) || !socket.isActive()) {
            return false;
        }
        try {
            int state = socket.tcpInfo().state();
            return state == CLOSE_WAIT || state == CLOSE;
        } catch (ChannelException closed) {
            return false;
        }
    }
}
