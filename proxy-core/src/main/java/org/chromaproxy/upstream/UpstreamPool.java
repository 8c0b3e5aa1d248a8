package org.chromaproxy.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.transport.OffLoopResolver;
import org.chromaproxy.transport.Transport;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop to one instance. Confined to that loop. */
public final class UpstreamPool {
    private static final int CONNECT_TIMEOUT_MS = 2_000;
    /** Kernel time-out for unacknowledged bytes: no packet from the past is delivered later than this. */
    private static final int USER_TIMEOUT_MS = 5_000;

    private static final OffLoopResolver RESOLVER = new OffLoopResolver(CONNECT_TIMEOUT_MS);

    private final Instance instance;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final int bound;
    private final Runnable onTrouble;
    private final PoolStats stats;
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    private final Set<UpstreamConnection> open = new HashSet<>();
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private int connecting;

    /**
     * @param bound most connections at once; beyond it callers wait in line
     * @param onTrouble called when a connection is refused or breaks, so that health is checked at once
     */
    UpstreamPool(
            Instance instance, EventLoop loop, Transport transport, int bound, Runnable onTrouble, PoolStats stats) {
        this.instance = instance;
        this.loop = loop;
        this.bound = bound;
        this.onTrouble = onTrouble;
        this.stats = stats;
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.socketClass())
                .resolver(RESOLVER)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .option(ChannelOption.TCP_NODELAY, true)
                // Closing discards what was not delivered, so that it cannot arrive after newer records.
                .option(ChannelOption.SO_LINGER, 0)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initialise(channel);
                    }
                });
        switch (transport) {
            case EPOLL -> bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
            case IO_URING -> bootstrap.option(IoUringChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
            case NIO -> {}
        }
    }

    private void initialise(Channel channel) {
        UpstreamConnection connection = new UpstreamConnection(this, channel);
        HttpDecoderConfig decoder = new HttpDecoderConfig()
                .setMaxInitialLineLength(8192)
                .setMaxHeaderSize(65_536)
                .setMaxChunkSize(65_536);
        channel.pipeline().addLast(connection.front(), new HttpClientCodec(decoder, false, false), connection);
        open.add(connection);
    }

    Instance instance() {
        return instance;
    }

    /**
     * Hands a connection to {@code ready}, or the reason there is none to {@code failed}; at once where one is idle.
     */
    public void acquire(Consumer<UpstreamConnection> ready, Consumer<UpstreamException> failed) {
        acquire(ready, failed, bound);
    }

    /** The same beyond the bound: lanes and probes are few, and must not wait behind clients' reads. */
    void acquireReserved(Consumer<UpstreamConnection> ready, Consumer<UpstreamException> failed) {
        acquire(ready, failed, Integer.MAX_VALUE);
    }

    /** A connection that is idle now, if there is one. */
    public @Nullable UpstreamConnection idle() {
        UpstreamConnection connection = idle.poll();
        while (connection != null && !connection.alive()) {
            connection = idle.poll();
        }
        if (connection != null) {
            stats.hit();
        }
        return connection;
    }

    private void acquire(Consumer<UpstreamConnection> ready, Consumer<UpstreamException> failed, int most) {
        UpstreamConnection connection = idle();
        if (connection != null) {
            ready.accept(connection);
            return;
        }
        stats.miss();
        Waiter waiter = new Waiter(ready, failed);
        if (open.size() + connecting >= most) {
            waiting.add(waiter);
        } else {
            connect(waiter);
        }
    }

    private void connect(Waiter waiter) {
        connecting++;
        ChannelFuture future = bootstrap.connect(instance.address());
        future.addListener(done -> {
            connecting--;
            UpstreamConnection connection = future.channel().pipeline().get(UpstreamConnection.class);
            if (done.isSuccess() && connection != null) {
                waiter.ready.accept(connection);
                return;
            }
            if (connection != null) {
                open.remove(connection);
            }
            onTrouble.run();
            String cause = done.cause() == null ? "closed" : done.cause().getMessage();
            waiter.failed.accept(UpstreamException.refused("no connection to " + instance + ": " + cause));
            serveNext();
        });
    }

    void giveBack(UpstreamConnection connection) {
        Waiter next = waiting.poll();
        if (next != null) {
            next.ready.accept(connection);
        } else {
            idle.push(connection);
        }
    }

    void forget(UpstreamConnection connection) {
        open.remove(connection);
        idle.remove(connection);
        serveNext();
    }

    private void serveNext() {
        if (open.size() + connecting < bound) {
            Waiter next = waiting.poll();
            if (next != null) {
                connect(next);
            }
        }
    }

    /** An exchange that was not raw is complete. */
    void answered(long begunNanos) {
        instance.answered(true);
        stats.answered(instance.index(), System.nanoTime() - begunNanos);
    }

    /** On the pool's loop. */
    LoopCensus.PoolCount count() {
        return new LoopCensus.PoolCount(open.size(), idle.size(), waiting.size());
    }

    void troubled() {
        onTrouble.run();
    }

    /** Resets every connection, idle or not: their exchanges fail, what was not delivered is discarded. */
    void reset() {
        loop.execute(() -> new ArrayList<>(open).forEach(UpstreamConnection::close));
    }

    /** How many connections are open. */
    int size() {
        return open.size();
    }

    private record Waiter(Consumer<UpstreamConnection> ready, Consumer<UpstreamException> failed) {}
}
