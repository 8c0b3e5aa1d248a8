package org.chromaproxy.transport;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A loop looks at its sockets again before all tasks have run that wait for it. */
@Timeout(60)
class EventLoopsTest {
    /** Each takes a millisecond: two seconds in all. */
    private static final int TASKS = 2_000;

    private static final int FEW = 500;

    @ParameterizedTest
    @EnumSource
    void newConnectionIsAcceptedAmidManyTasks(Transport transport) throws Exception {
        AtomicInteger done = new AtomicInteger();
        CompletableFuture<Integer> before = new CompletableFuture<>();
        try (EventLoops loops = new EventLoops(transport, 1)) {
            Channel listener = new ServerBootstrap()
                    .group(loops.group())
                    .channel(loops.transport().serverClass())
                    .childHandler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelActive(ChannelHandlerContext ctx) {
                            before.complete(done.get());
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            EventLoop loop = loops.all().getFirst();
            CompletableFuture<Void> begun = new CompletableFuture<>();
            CompletableFuture<Void> connected = new CompletableFuture<>();
            loop.execute(() -> {
                begun.complete(null);
                connected.join();
                for (int i = 0; i < TASKS; i++) {
                    loop.execute(() -> {
                        busy();
                        done.incrementAndGet();
                    });
                }
            });
            begun.join();
            try (Socket _ = new Socket(
                    InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort())) {
                connected.complete(null);
                int tasks = before.join();
                assertTrue(tasks < FEW, tasks + " tasks were run first");
            }
            listener.close().sync();
        }
    }

    private static void busy() {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(1)) {
            Thread.onSpinWait();
        }
    }
}
