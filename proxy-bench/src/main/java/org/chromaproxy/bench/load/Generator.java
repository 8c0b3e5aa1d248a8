package org.chromaproxy.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;

/** The load generator: one event loop. One run at a time. */
public final class Generator implements AutoCloseable {
    private final EventLoops loops = new EventLoops(Transport.named("auto"), 1);

    /**
     * Carries a run out; blocks until it is over and every request answered or given up.
     *
     * @throws LoadException when a connection cannot be made at the start, or when interrupted
     */
    public LoadResult run(Load load) {
        EventLoop loop = loops.all().getFirst();
        CompletableFuture<LoadResult> result = new CompletableFuture<>();
        Session session = new Session(load, loop, this::connect, result);
        loop.execute(session::begin);
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw new LoadException("no run against " + load.target() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadException("interrupted", e);
        }
    }

    private void connect(Load load, Connection handler) {
        new Bootstrap()
                .group(loops.group())
                .channel(loops.transport().socketClass())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new io.netty.channel.ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(handler);
                    }
                })
                .connect(load.target())
                .addListener(future -> {
                    if (!future.isSuccess()) {
                        handler.notConnected(future.cause());
                    }
                });
    }

    @Override
    public void close() {
        loops.close();
    }
}
