package org.chromaproxy.exchange;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.http.FramingGuard;
import org.chromaproxy.http.HttpCodecs;
import org.chromaproxy.transport.EventLoops;

/**
 * The listening socket. Each connection's handlers, in order: the HTTP codec; the guard that refuses ambiguous framing;
 * flow control, which hands over one message per read; and {@link Downstream}.
 */
public final class FrontEnd implements AutoCloseable {
    private static final int BACKLOG = 4_096;

    private final Channel listener;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** Binds; port 0 takes a free one. Blocks until bound. */
    public FrontEnd(EventLoops loops, InetSocketAddress address, ExchangeServices services) {
        Router router = new Router(services);
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
                        handlers(channel, router, services);
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    static void handlers(Channel channel, Router router, ExchangeServices services) {
        channel.pipeline()
                .addLast("codec", HttpCodecs.server())
                .addLast("framing", new FramingGuard())
                .addLast("flow", new FlowControlHandler())
                .addLast("downstream", new Downstream(router, services));
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    public int connections() {
        return connections.size();
    }

    /** Stops accepting; connections go on. */
    public void stopAccepting() {
        listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    /** Closes the listener and every connection. */
    @Override
    public void close() {
        stopAccepting();
        connections.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
