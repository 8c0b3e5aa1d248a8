package org.chromaproxy.bench.stub;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.UUID;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;

/** The stub on loopback, one event loop. */
public final class StubServer implements AutoCloseable {
    private static final int BACKLOG = 8_192;
    private static final long VERSION_4 = 0x4000;
    private static final long VARIANT = 1L << 63;
    /** The last ones of an id, which are the number. */
    private static final int DIGITS = 12;

    private final EventLoops loops = new EventLoops(Transport.named("auto"), 1);
    private final Channel listener;

    /**
     * @param port 0 for any free one
     * @param collections that are there from the start, named collection-0 and so on
     * @param server tells two stubs apart: see {@link #id}
     */
    StubServer(int port, int collections, int server) {
        StubModel model = new StubModel(collections, server);
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
        StubServer server = new StubServer(
                Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        server.listener.closeFuture().syncUninterruptibly();
    }

    /** The id that a stub's collection of that number has from the start. */
    public static UUID id(int server, int collection) {
        return new UUID((long) server << Integer.SIZE | VERSION_4, VARIANT | collection + 1);
    }

    /** The number that {@link #id} was made of; that of an id made otherwise is too large for any, or negative. */
    static long number(CharSequence id) {
        long number = 0;
        for (int i = id.length() - DIGITS; i < id.length(); i++) {
            number = number << 4 | Character.digit(id.charAt(i), 16);
        }
        return number - 1;
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        loops.close();
    }
}
