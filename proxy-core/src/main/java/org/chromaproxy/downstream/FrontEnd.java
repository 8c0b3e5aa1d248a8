package org.chromaproxy.downstream;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.http.FramingGuard;
import org.chromaproxy.http.HttpCodecs;
import org.chromaproxy.transport.EventLoops;

/**
 * The listening socket. Each connection's handlers, in order: the HTTP codec; the guard that refuses ambiguous framing;
 * the turnstile, which hands over one message per read; and {@link Downstream}, or {@link Standby} while this proxy does
 * not own the log.
 */
public final class FrontEnd implements AutoCloseable {
    private static final int BACKLOG = 4_096;

    private final Channel listener;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private volatile Supplier<ChannelHandler> last;

    /**
     * Binds, blocking until bound; until {@link #serve} every request is answered by the standby endpoints.
     *
     * @param address port 0 takes a free one
     */
    public FrontEnd(EventLoops loops, InetSocketAddress address, OwnEndpoints standby) {
        this.last = () -> new Standby(standby);
        this.listener = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.transport().serverClass())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        handlers(channel, last.get());
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    static void handlers(Channel channel, ChannelHandler last) {
        channel.pipeline()
                .addLast("codec", HttpCodecs.server())
                .addLast("framing", new FramingGuard())
                .addLast("turnstile", new Turnstile())
                .addLast("exchange", last);
    }

    /** From now on new connections are served; those of the standby are closed. */
    public void serve(ExchangeServices services) {
        Router router = new Router(services);
        last = () -> new Downstream(router, services);
        connections.close();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    public int connections() {
        return connections.size();
    }

    /** Stops accepting; each connection is closed behind its next answer, which says so. */
    public void stopAccepting() {
        listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(Downstream.Draining.NOW));
    }

    /** Closes the listener and every connection. */
    @Override
    public void close() {
        stopAccepting();
        connections.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
