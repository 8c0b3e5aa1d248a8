package org.chromaproxy.downstream;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A client that ends its side of the connection, on real sockets. Chroma 1.5.9 neither carries out nor answers a request
 * whose client has done so (seen, 24 forms of it): it cannot be told from one that is gone.
 */
class HalfClosedClientTest {
    private static final String HEAD =
            "POST /api/v2/tenants/t/databases/d/collections/known/add HTTP/1.1\r\nHost: h\r\n";
    private static final String BODY = "{\"ids\":[\"a\"]}";
    private static final String COUNTED = HEAD + "Content-Length: 13\r\n\r\n" + BODY;
    private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\nd\r\n" + BODY + "\r\n0\r\n\r\n";

    private final EventLoops loops = new EventLoops(Transport.named("auto"), 1);
    private final Fronted proxy = new Fronted(loops);
    private final Channel listener = new ServerBootstrap()
            .group(loops.group())
            .channel(loops.transport().serverClass())
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    proxy.handlers(channel);
                }
            })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();

    @AfterEach
    void close() {
        listener.close().syncUninterruptibly();
        proxy.close();
    }

    private RawConnection connect() throws Exception {
        RawConnection client = new RawConnection(((InetSocketAddress) listener.localAddress()).getPort());
        // The connection is accepted, and its handlers are there.
        assertEquals(
                200,
                client.send("GET /health HTTP/1.1\r\nHost: h\r\n\r\n").read().status());
        return client;
    }

    /** What the client does is done when the proxy looks: otherwise the test would be about who is faster. */
    private void beforeTheProxyLooks(Step step) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        loops.all().getFirst().execute(() -> {
            entered.countDown();
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        entered.await();
        try {
            step.run();
        } finally {
            done.countDown();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    @Test
    void aWholeWriteOfAClientThatEndedItsSideIsNeitherLoggedNorAnswered() throws Exception {
        for (String request : List.of(COUNTED, CHUNKED, COUNTED.replace("HTTP/1.1", "HTTP/1.0"))) {
            try (RawConnection client = connect()) {
                beforeTheProxyLooks(() -> client.send(request).finishSending());
                assertTrue(client.closedByPeer(), request);
                assertEquals(List.of(), proxy.appended(), request);
            }
            try (RawConnection client = connect()) {
                beforeTheProxyLooks(() -> client.send(request).close());
            }
            try (RawConnection client = connect()) {
                beforeTheProxyLooks(() -> client.send(request).reset());
            }
            // Only what is logged before this was: the loop takes one event after the other.
            connect().close();
            assertEquals(List.of(), proxy.appended(), request);
            await().until(() -> proxy.active() == 0);
        }
    }

    @Test
    void theLastOfPipelinedWritesIsNotExecutedAndThoseBeforeItAre() throws Exception {
        try (RawConnection client = connect()) {
            beforeTheProxyLooks(() -> client.send(COUNTED + COUNTED + COUNTED).finishSending());
            assertEquals(201, client.read().status());
            assertEquals(201, client.read().status());
            assertTrue(client.closedByPeer());
            assertEquals(2, proxy.appended().size());
        }
    }

    @Test
    void aClientThatStaysIsServed() throws Exception {
        try (RawConnection client = connect()) {
            beforeTheProxyLooks(() -> client.send(COUNTED));
            assertEquals(201, client.read().status());
            assertEquals(1, proxy.appended().size());
        }
    }
}
