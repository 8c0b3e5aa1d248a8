package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.chromaproxy.local.FreePort;
import org.jspecify.annotations.Nullable;

/**
 * A Chroma server on loopback that records every request and answers by script; without a rule for a request it answers
 * as {@link ChromaModel} does. Its handlers run on one event loop of its own, outside the proxy's buffers.
 */
final class ScriptedChroma implements AutoCloseable {
    private static final int MAX_BODY = 64 << 20;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("scripted-chroma", true), NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChromaModel model = new ChromaModel();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final AtomicInteger order = new AtomicInteger();
    private volatile Channel listener;
    private volatile int port;
    private volatile Consumer<Call> onArrival = call -> {};

    private final Optional<SslContext> tls;

    private record Rule(Predicate<Call> matches, AtomicInteger left, Function<Call, Reply> reply) {
        @Nullable
        Reply replyTo(Call call) {
            boolean mine = matches.test(call) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
            return mine ? reply.apply(call) : null;
        }
    }

    ScriptedChroma() {
        this(Optional.empty());
    }

    /** @param tls what it speaks; empty for plain HTTP */
    ScriptedChroma(Optional<SslContext> tls) {
        this.tls = tls;
        listener = listen(FreePort.next());
    }

    private Channel listen(int port) {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(MAX_BODY),
                                        new ScriptedHandler(ScriptedChroma.this));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .syncUninterruptibly()
                .channel();
    }

    /** Dies: refuses connections and drops those it has. What it holds stays. */
    void vanish() {
        port = uri().getPort();
        listener.close().syncUninterruptibly();
        connections.close().syncUninterruptibly();
    }

    /** Ends and is there again at once: whoever was connected is cut, and nobody is refused. What it holds stays. */
    void restart() {
        connections.close().syncUninterruptibly();
    }

    /** Is there again where it was, once the kernel has let go of the port: Java closes a channel only at its loop's next select. */
    void reappear() {
        listener = await().ignoreExceptionsMatching(e -> e instanceof BindException)
                .until(() -> listen(port), Objects::nonNull);
    }

    URI uri() {
        String scheme = tls.isPresent() ? "https" : "http";
        return URI.create(scheme + "://127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
    }

    /** How many connections it has now. */
    int connections() {
        return connections.size();
    }

    /** What it holds. */
    ChromaModel model() {
        return model;
    }

    /** From now on, such requests are treated so. Earlier rules go first. */
    void always(Predicate<Call> matches, Reply reply) {
        times(Integer.MAX_VALUE, matches, call -> reply);
    }

    /** The next such request is treated so. */
    void once(Predicate<Call> matches, Reply reply) {
        times(1, matches, call -> reply);
    }

    void times(int times, Predicate<Call> matches, Function<Call, Reply> reply) {
        rules.add(new Rule(matches, new AtomicInteger(times), reply));
    }

    /** Called on this server's loop before a request is treated; may block it. */
    void onArrival(Consumer<Call> hook) {
        onArrival = hook;
    }

    /** Forgets rules, hook and recorded requests, not what it holds. */
    void forget() {
        rules.clear();
        onArrival = call -> {};
        calls.clear();
    }

    /** Everything of that sort it was sent, in order. */
    List<Call> calls(Predicate<Call> matches) {
        return calls.stream().filter(matches).toList();
    }

    Call arrived(FullHttpRequest request, Channel channel) {
        Call call = new Call(order.incrementAndGet(), request, channel);
        onArrival.accept(call);
        calls.add(call);
        return call;
    }

    Reply replyTo(Call call) {
        for (Rule rule : rules) {
            Reply reply = rule.replyTo(call);
            if (reply != null) {
                return reply;
            }
        }
        return Reply.AS_CHROMA;
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        connections.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
