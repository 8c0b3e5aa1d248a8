package org.chromaproxy.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The event loops of the process: clients, upstream connections and lanes share them. */
public final class EventLoops implements AutoCloseable {
    private final Transport transport;
    private final MultiThreadIoEventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();

    public EventLoops(Transport transport, int threads) {
        this.transport = transport;
        this.group = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("loop", true), transport.ioHandlers());
        for (EventExecutor executor : group) {
            loops.add((EventLoop) executor);
        }
    }

    public Transport transport() {
        return transport;
    }

    public MultiThreadIoEventLoopGroup group() {
        return group;
    }

    public List<EventLoop> all() {
        return loops;
    }

    /** The loop that owns whatever hashes to {@code hash}: always the same one. */
    public EventLoop owning(int hash) {
        return loops.get(Math.floorMod(hash, loops.size()));
    }

    /** Stops the loops, waiting at most five seconds. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(6, TimeUnit.SECONDS);
    }
}
