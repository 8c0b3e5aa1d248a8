package org.chromaproxy.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
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
    private static final int CONNECTIONS = 200;

    @ParameterizedTest
    @EnumSource
    void newConnectionIsAcceptedAmidManyTasks(Transport transport) throws Exception {
        AtomicInteger done = new AtomicInteger();
        CompletableFuture<Integer> before = new CompletableFuture<>();
        try (EventLoops loops = new EventLoops(transport, 1)) {
            Channel listener = loops.listening()
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

    @ParameterizedTest
    @EnumSource
    void manyConnectionsThatWaitAreAcceptedBeforeTheWorkForTheFirst(Transport transport) throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        CompletableFuture<Integer> before = new CompletableFuture<>();
        List<Socket> clients = new ArrayList<>();
        try (EventLoops loops = new EventLoops(transport, 1)) {
            EventLoop loop = loops.all().getFirst();
            Channel listener = loops.listening()
                    .option(ChannelOption.SO_BACKLOG, 2 * CONNECTIONS)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            if (accepted.incrementAndGet() == 1) {
                                loop.execute(() -> before.complete(accepted.get()));
                            }
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            CompletableFuture<Void> connected = new CompletableFuture<>();
            CompletableFuture<Void> begun = new CompletableFuture<>();
            loop.execute(() -> {
                begun.complete(null);
                connected.join();
            });
            // Else the first of them may be accepted before the loop is held.
            begun.join();
            try {
                int port = ((InetSocketAddress) listener.localAddress()).getPort();
                for (int i = 0; i < CONNECTIONS; i++) {
                    clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
                }
            } finally {
                connected.complete(null);
            }
            assertEquals(CONNECTIONS, before.join(), "accepted before the first one's work");
            for (Socket client : clients) {
                client.close();
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
