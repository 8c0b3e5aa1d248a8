package org.chromaproxy.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of the process: clients, upstream connections and lanes share them. Tasks hold sockets up for no longer than
 * {@link #TASKS_MS} at a time: Netty's own bound is a second, which a connection that is to be accepted, registered and read
 * would wait for three times while thousands of others have tasks.
 */
public final class EventLoops implements AutoCloseable {
    private static final long TASKS_MS = 10;

    /**
     * Connections that are accepted before what others ask for is gone on with. By itself Netty 4.2.18 accepts one with epoll
     * (it takes the descriptor's number for a count of bytes, and concludes that there is no other): thousands waited in the
     * kernel behind the work for those accepted before them, and a probe behind all of these.
     */
    private static final int ACCEPTED_AT_ONCE = 256;

    private static final int MOST_TASKS = Integer.MAX_VALUE;

    private final Transport transport;
    private final MultiThreadIoEventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();

    public EventLoops(Transport transport, int threads) {
        this.transport = transport;
        this.group = new Group(threads, transport);
        for (EventExecutor executor : group) {
            loops.add((EventLoop) executor);
        }
    }

    private static final class Group extends MultiThreadIoEventLoopGroup {
        Group(int threads, Transport transport) {
            super(threads, new DefaultThreadFactory("loop", true), transport.ioHandlers());
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... more) {
            return new SingleThreadIoEventLoop(
                    this, executor, handlers, MOST_TASKS, RejectedExecutionHandlers.reject(), TASKS_MS);
        }
    }

    /** A listening socket to be, whose connections these loops share. */
    public ServerBootstrap listening() {
        RecvByteBufAllocator accepted = new ServerChannelRecvByteBufAllocator()
                .respectMaybeMoreData(false)
                .maxMessagesPerRead(ACCEPTED_AT_ONCE);
        return new ServerBootstrap()
                .group(group)
                .channel(transport.serverClass())
                .option(ChannelOption.RECVBUF_ALLOCATOR, accepted);
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
