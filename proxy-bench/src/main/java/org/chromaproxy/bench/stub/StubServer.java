package org.chromaproxy.bench.stub;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;

/** The stub on loopback, one event loop. */
public final class StubServer implements AutoCloseable {
    private static final int BACKLOG = 8_192;

    private final EventLoops loops = new EventLoops(Transport.named("auto"), 1);
    private final Channel listener;

    /**
     * @param port 0 for any free one
     * @param collections that are there from the start
     */
    public StubServer(int port, int collections) {
        StubModel model = new StubModel(collections);
        this.listener = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.transport().serverClass())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new StubHandler(model));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .syncUninterruptibly()
                .channel();
    }

    /** A process of its own; it runs until it is killed. */
    public static void main(String... arguments) {
        StubServer server = new StubServer(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        server.listener.closeFuture().syncUninterruptibly();
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        loops.close();
    }
}
