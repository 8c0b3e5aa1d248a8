package org.chromaproxy.upstream;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.ExtendedSSLSession;

/** A server on loopback that answers whatever it is sent by one thing. Counts what it got. */
final class TlsServer implements AutoCloseable {
    static final String WHOLE = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

    /** How a connection ends after the answer. */
    enum End {
        NONE,
        /** TLS says that nothing more comes, and the connection stays. */
        TLS_ONLY,
        /** As if it had been cut. */
        CUT
    }

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("tls-server", true), NioIoHandler.newFactory());
    final List<Channel> connections = new CopyOnWriteArrayList<>();
    final List<String> namesAsked = new CopyOnWriteArrayList<>();
    final AtomicInteger requests = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
    /** Connections whose client said that nothing more comes. */
    final AtomicInteger goodbyes = new AtomicInteger();

    private final Channel listener;
    private volatile String answer = WHOLE;
    private volatile End end = End.NONE;
    private volatile boolean deaf;

    /** @param context empty: it does not speak TLS */
    TlsServer(Optional<SslContext> context) {
        this.listener = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        context.ifPresent(tls -> channel.pipeline().addLast("tls", tls.newHandler(channel.alloc())));
                        channel.pipeline().addLast(new Answering());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    void answering(String text, End with) {
        answer = text;
        end = with;
    }

    /** Does not read what comes after the handshake, until {@link #listen}. */
    void deafen() {
        deaf = true;
    }

    void listen() {
        deaf = false;
        connections.forEach(connection -> connection.config().setAutoRead(true));
    }

    private final class Answering extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
                SslHandler handler = (SslHandler) ctx.pipeline().get("tls");
                if (handler.engine().getSession() instanceof ExtendedSSLSession session) {
                    session.getRequestedServerNames().forEach(name -> namesAsked.add(name.toString()));
                }
                ctx.channel().config().setAutoRead(!deaf);
            } else if (event instanceof SslCloseCompletionEvent said && said.isSuccess()) {
                goodbyes.incrementAndGet();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf read = (ByteBuf) message;
            String text = read.toString(StandardCharsets.ISO_8859_1);
            bytes.addAndGet(read.readableBytes());
            read.release();
            if (text.startsWith("GET ") || ctx.pipeline().get("tls") == null) {
                requests.addAndGet(text.startsWith("GET ") ? 1 : 0);
                ctx.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.ISO_8859_1))
                        .addListener(done -> end(ctx));
            }
        }

        private void end(ChannelHandlerContext ctx) {
            switch (end) {
                case NONE -> {}
                case TLS_ONLY -> {
                    if (ctx.pipeline().get("tls") instanceof SslHandler tls) {
                        tls.closeOutbound();
                    }
                }
                case CUT -> ctx.pipeline().firstContext().close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
