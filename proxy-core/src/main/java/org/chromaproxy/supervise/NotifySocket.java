package org.chromaproxy.supervise;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Unix datagram socket, on a loop of its own (the JDK has none, and the proxy's loops may run on NIO). What cannot
 * be sent is logged and forgotten. Thread-safe; datagrams leave in the order they are given.
 */
final class NotifySocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);

    private final MultiThreadIoEventLoopGroup group;
    private final Channel channel;

    private NotifySocket(MultiThreadIoEventLoopGroup group, Channel channel) {
        this.group = group;
        this.channel = channel;
    }

    /**
     * @param name a path, or an abstract name behind an {@code @}
     * @return empty, with a warning in the log, if there is nobody at that name or no such socket on this system
     */
    static Optional<NotifySocket> open(String name) {
        if (!Epoll.isAvailable()) {
            LOG.warn(
                    "systemd waits for a notification that cannot be sent here: set Type=exec",
                    Epoll.unavailabilityCause());
            return Optional.empty();
        }
        var group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("notify", true), EpollIoHandler.newFactory());
        String path = name.startsWith("@") ? "\0" + name.substring(1) : name;
        var connected = new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path))
                .awaitUninterruptibly();
        if (!connected.isSuccess()) {
            LOG.warn(
                    "nobody is told how this process is: NOTIFY_SOCKET={}: {}",
                    name,
                    connected.cause().getMessage());
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            return Optional.empty();
        }
        return Optional.of(new NotifySocket(group, connected.channel()));
    }

    EventExecutor executor() {
        return channel.eventLoop();
    }

    /** Sends one state, such as {@code READY=1}; several are separated by newlines. */
    void send(String state) {
        channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8))
                .addListener(sent -> {
                    if (!sent.isSuccess()) {
                        LOG.warn(
                                "systemd was not told {}: {}",
                                state,
                                sent.cause().getMessage());
                    }
                });
    }

    /** Waits, at most a second, for what was given to leave. */
    void flush() {
        executor().submit(() -> {}).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
