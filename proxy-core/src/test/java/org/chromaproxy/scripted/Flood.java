package org.chromaproxy.scripted;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Hostile clients by the thousand, each with one connection, on one event loop. Closed, all of them are gone. */
final class Flood implements AutoCloseable {
    /** So many are being opened at once. */
    private static final int AT_ONCE = 200;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("flood", true), NioIoHandler.newFactory());
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Semaphore opening = new Semaphore(AT_ONCE);
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger secured = new AtomicInteger();

    /**
     * What one client does.
     *
     * @param begin sent when it is connected
     * @param drip sent again each second
     * @param reads whether it takes what it is sent
     * @param tls what it speaks TLS with; empty for plain octets
     */
    record Client(byte[] begin, byte[] drip, boolean reads, Optional<SslContext> tls) {
        static Client sending(String text) {
            return sending(text.getBytes(ISO_8859_1));
        }

        static Client sending(byte[] begin) {
            return new Client(begin, new byte[0], true, Optional.empty());
        }

        Client dripping(String text) {
            return new Client(begin, text.getBytes(ISO_8859_1), reads, tls);
        }

        Client neverReading() {
            return new Client(begin, drip, false, tls);
        }

        Client speaking(SslContext context) {
            return new Client(begin, drip, reads, Optional.of(context));
        }
    }

    /**
     * Opens connections, as fast as the proxy takes them; returns when each was opened or refused.
     *
     * @param from addresses of this machine they come from, in turn
     */
    void open(int port, int count, Client client, String... from) throws InterruptedException {
        // Outside of the heap: the JDK would copy each of them there to send it.
        ByteBuf begin =
                Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(client.begin().length)
                        .put(client.begin())
                        .flip()));
        for (int i = 0; i < count; i++) {
            opening.acquire();
            new Bootstrap()
                    .group(group)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.AUTO_READ, client.reads())
                    .option(ChannelOption.SO_RCVBUF, 4_096)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            open.add(channel);
                            client.tls()
                                    .ifPresent(
                                            context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
                            channel.pipeline().addLast(new Hostile(begin.duplicate(), client));
                        }
                    })
                    .connect(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            new InetSocketAddress(InetAddress.ofLiteral(from[i % from.length]), 0))
                    .addListener(_ -> opening.release());
        }
        opening.acquire(AT_ONCE);
        opening.release(AT_ONCE);
    }

    int stillOpen() {
        return open.size();
    }

    /** How many were sent something. */
    int answered() {
        return answered.get();
    }

    /** How many were connected, and are not any more, without having been sent anything. */
    int left() {
        return left.get();
    }

    /** How many have finished their TLS handshake. */
    int secured() {
        return secured.get();
    }

    @Override
    public void close() {
        open.close().awaitUninterruptibly(20, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Hostile extends ChannelInboundHandlerAdapter {
        private final ByteBuf begin;
        private final Client client;
        private boolean heard;

        Hostile(ByteBuf begin, Client client) {
            this.begin = begin;
            this.client = client;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(begin);
            if (client.drip().length > 0) {
                ctx.executor().scheduleAtFixedRate(() -> drip(ctx), 1, 1, TimeUnit.SECONDS);
            }
        }

        private void drip(ChannelHandlerContext ctx) {
            if (ctx.channel().isActive()) {
                ctx.writeAndFlush(Unpooled.wrappedBuffer(client.drip()));
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ((ByteBuf) msg).release();
            if (!heard) {
                heard = true;
                answered.incrementAndGet();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!heard) {
                left.incrementAndGet();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
                secured.incrementAndGet();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
