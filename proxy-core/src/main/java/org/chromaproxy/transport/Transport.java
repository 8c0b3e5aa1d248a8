package org.chromaproxy.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.Locale;
import java.util.Optional;

/** How sockets are driven. */
public enum Transport {
    EPOLL(EpollSocketChannel.class, EpollServerSocketChannel.class),
    NIO(NioSocketChannel.class, NioServerSocketChannel.class);

    private final Class<? extends SocketChannel> socket;
    private final Class<? extends ServerSocketChannel> server;

    Transport(Class<? extends SocketChannel> socket, Class<? extends ServerSocketChannel> server) {
        this.socket = socket;
        this.server = server;
    }

    /**
     * The transport of that name; {@code auto} takes epoll where it is, else NIO. Not io_uring: with Netty 4.2.18 it lost the
     * end of a connection now and then, so that an unanswered write waited for ever (docs/where-the-time-goes.md).
     *
     * @throws IllegalArgumentException for an unknown name, or one this system cannot run, with the cause
     */
    public static Transport named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "auto" -> best();
            case "nio" -> NIO;
            case "epoll" -> require(EPOLL, Epoll.unavailabilityCause());
            default -> throw new IllegalArgumentException("unknown transport \"" + name + "\": use auto, epoll or nio");
        };
    }

    private static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    private static Transport require(Transport transport, @org.jspecify.annotations.Nullable Throwable cause) {
        if (cause != null) {
            throw new IllegalArgumentException(
                    "transport " + transport + " does not work on this system (" + cause.getMessage() + "); use auto",
                    cause);
        }
        return transport;
    }

    /** What it cannot do that keeps writes in order, what that means and what to do, as sentences; empty if there is nothing. */
    public Optional<String> weakness() {
        return switch (this) {
            case EPOLL -> Optional.empty();
            case NIO ->
                Optional.of(
                        "Sockets are driven by NIO, which cannot tell the kernel how long to try to deliver what a server"
                                + " does not acknowledge: where the network to it breaks for a moment and heals, a write may take"
                                + " effect there late, until the server counts as down and its connections are reset. On Linux"
                                + " use TRANSPORT=epoll, or auto.");
        };
    }

    public Class<? extends SocketChannel> socketClass() {
        return socket;
    }

    public Class<? extends ServerSocketChannel> serverClass() {
        return server;
    }

    IoHandlerFactory ioHandlers() {
        return switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }
}
