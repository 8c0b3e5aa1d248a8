package org.chromaproxy.downstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.chromaproxy.access.Access;
import org.chromaproxy.access.client.ClientLimits;
import org.chromaproxy.admit.ConnectionBound;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.config.ConnectionSettings;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.http.FramingGuard;
import org.chromaproxy.http.HttpCodecs;
import org.chromaproxy.http.ServerCodec;
import org.chromaproxy.transport.EventLoops;

/**
 * The listening socket. Each connection's handlers, in order: TLS, where it is configured, behind what reserves records that
 * come in part; what tells the end of the client's input; the HTTP codec; the guard that refuses ambiguous framing; the
 * turnstile, which hands over one message per read; and {@link Downstream}, or {@link Standby} while this proxy does not own
 * the log.
 */
public final class FrontEnd implements AutoCloseable {
    private static final int BACKLOG = 4_096;

    /** Bytes the kernel takes beyond what the client's window lets it send: otherwise up to 4 MB for one that reads nothing. */
    private static final long UNSENT_BYTES = 128 << 10;

    private final Channel listener;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ClientMemory memory;
    private volatile BiConsumer<Channel, ConnectionBound.Place> handlers;

    /**
     * Binds, blocking until bound; until {@link #serve} every request is answered by the standby endpoints.
     *
     * @param address port 0 takes a free one
     * @param access who may ask the standby
     * @param tls puts TLS in front of a new connection's handlers, where that is wanted
     * @param feed who hears of what the standby answers
     * @param memory what connections may take
     */
    public FrontEnd(
            EventLoops loops,
            InetSocketAddress address,
            OwnEndpoints standby,
            Access access,
            Consumer<Channel> tls,
            Feed feed,
            ClientMemory memory) {
        this.memory = memory;
        this.handlers = (channel, _) -> standby(channel, standby, access, feed, memory);
        this.listener = loops.listening()
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (admitted(channel, access.limits())) {
                            memory.enter(channel).ifPresent(place -> {
                                connections.add(channel);
                                tls.accept(channel);
                                handlers.accept(channel, place);
                            });
                        }
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    /** What all connections share while they are served. */
    record Served(Watchdog watchdog, ClientMemory memory) {}

    /** Counts the connection, or closes it: as yet nobody knows what its client speaks. */
    private static boolean admitted(Channel channel, ClientLimits limits) {
        if (!limits.boundsConnections() || !(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return true;
        }
        String client = remote.getAddress().getHostAddress();
        if (!limits.connected(client)) {
            channel.close();
            return false;
        }
        channel.closeFuture().addListener(_ -> limits.disconnected(client));
        return true;
    }

    static void standby(Channel channel, OwnEndpoints endpoints, Access access, Feed feed, ClientMemory memory) {
        ServerCodec codec = codec(access, memory);
        records(channel, memory, codec);
        channel.config()
                .setRecvByteBufAllocator(
                        new ReceiveSizes(() -> codec.inBody() ? Integer.MAX_VALUE : ReceiveSizes.HEAD_BYTES));
        channel.pipeline()
                .addLast("codec", codec)
                .addLast("framing", new FramingGuard())
                .addLast("turnstile", new Turnstile(codec))
                .addLast("exchange", new Standby(endpoints, access, feed));
    }

    /** Where there is TLS, it has been put in front already. */
    private static void records(Channel channel, ClientMemory memory, ServerCodec codec) {
        if (channel.pipeline().get(SslHandler.class) != null) {
            channel.pipeline().addFirst("records", new RecordMemory(memory.heads(), codec::inBody));
        }
    }

    private static ServerCodec codec(Access access, ClientMemory memory) {
        ConnectionSettings bounds = access.settings().connection();
        return HttpCodecs.server(bounds.maxHeaders(), bounds.maxHeadBytes(), memory.heads());
    }

    static void handlers(
            Channel channel, Router router, ExchangeServices services, Served served, ConnectionBound.Place place) {
        ServerCodec codec = codec(services.admission().access(), served.memory());
        records(channel, served.memory(), codec);
        Turnstile turnstile = new Turnstile(codec);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        Downstream downstream = new Downstream(router, services, served.watchdog(), place, turnstile, codec);
        channel.config().setRecvByteBufAllocator(new ReceiveSizes(downstream::mostToRead));
        if (channel instanceof EpollSocketChannel) {
            channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
        }
        channel.pipeline()
                .addLast("input", new InputEnd())
                .addLast("codec", codec)
                .addLast("framing", new FramingGuard())
                .addLast("turnstile", turnstile)
                .addLast("exchange", downstream);
    }

    /** From now on new connections are served; those of the standby are closed. */
    public void serve(ExchangeServices services) {
        Router router = new Router(services);
        Served served = new Served(new Watchdog(), memory);
        handlers = (channel, place) -> handlers(channel, router, services, served, place);
        connections.close();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    int connections() {
        return connections.size();
    }

    /** Stops accepting; each connection is closed behind its next answer, which says so. */
    public void stopAccepting() {
        listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(Draining.NOW));
    }

    /** Closes the listener and every connection. */
    @Override
    public void close() {
        stopAccepting();
        connections.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
