package org.chromaproxy.access.client;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The two ends of a client's connection, as its socket has them.
 *
 * @param address the client's IP address
 * @param local the proxy's own, which the client connected to; empty if unknown
 * @param tls whether the proxy itself speaks TLS to it
 */
public record ClientSocket(String address, String local, boolean tls) {
    public static final ClientSocket NONE = new ClientSocket("", "", false);

    /** Of a connection that is open; {@link #NONE} for a channel that is no socket. */
    public static ClientSocket of(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return NONE;
        }
        String local =
                channel.localAddress() instanceof InetSocketAddress own && own.getAddress() != null ? text(own) : "";
        return new ClientSocket(text(remote), local, channel.pipeline().get(SslHandler.class) != null);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress();
    }

    /** Whether the client runs on the proxy's machine, or something there speaks for it. */
    public boolean sameMachine() {
        return !address.isEmpty()
                && (address.equals(local) || InetAddress.ofLiteral(address).isLoopbackAddress());
    }
}
