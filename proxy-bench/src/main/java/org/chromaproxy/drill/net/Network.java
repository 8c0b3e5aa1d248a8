package org.chromaproxy.drill.net;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The links of one drill, on one event loop. */
public final class Network implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("fault-network", true), NioIoHandler.newFactory());
    private final List<Link> links = new ArrayList<>();

    /** What a link carries, for knowing where in an exchange it is. */
    public enum Protocol {
        HTTP,
        POSTGRES
    }

    /**
     * Listens on {@code port} of the loopback interface for connections to {@code target}. It refuses connections until
     * the target takes them.
     */
    public Link link(int port, int target, Protocol protocol) {
        Link link = new Link(loop(), port, target, protocol);
        links.add(link);
        link.targetGone();
        return link;
    }

    private EventLoop loop() {
        return group.next();
    }

    @Override
    public void close() {
        links.forEach(Link::close);
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
