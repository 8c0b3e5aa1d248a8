package org.chromaproxy.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names of instances are looked up without holding up an event loop. */
class OffLoopResolverTest {
    private static final long LONG_MS = 60_000;

    private final DefaultEventLoop loop = new DefaultEventLoop();

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private Future<InetSocketAddress> resolve(OffLoopResolver resolver, String host) {
        Future<InetSocketAddress> asked =
                resolver.getResolver(loop).resolve(InetSocketAddress.createUnresolved(host, 8001));
        assertTrue(asked.awaitUninterruptibly(LONG_MS), "no end of it");
        return asked;
    }

    @Test
    void aNameIsLookedUpOnAnotherThread() {
        AtomicReference<Thread> asking = new AtomicReference<>();
        OffLoopResolver resolver = new OffLoopResolver(LONG_MS, host -> {
            asking.set(Thread.currentThread());
            return new InetAddress[] {InetAddress.getByAddress(host, new byte[] {127, 0, 0, 9})};
        });
        Future<InetSocketAddress> asked = resolve(resolver, "chroma-0.chroma");
        assertEquals("127.0.0.9", asked.getNow().getAddress().getHostAddress());
        assertEquals(8001, asked.getNow().getPort());
        assertFalse(loop.inEventLoop(asking.get()));
    }

    @Test
    void aNameServerThatDoesNotAnswerHoldsUpNothingAndIsGivenUp() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        OffLoopResolver resolver = new OffLoopResolver(50, host -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        });
        Future<InetSocketAddress> asked = resolve(resolver, "chroma-0.chroma");
        UnknownHostException cause = assertInstanceOf(UnknownHostException.class, asked.cause());
        assertEquals("the name chroma-0.chroma was not resolved within 50 ms", cause.getMessage());
        assertTrue(loop.submit(() -> {}).await(LONG_MS), "the loop goes on while the look-up hangs");
        end.countDown();
    }

    private String failure(String said) {
        OffLoopResolver resolver = new OffLoopResolver(LONG_MS, host -> {
            throw new UnknownHostException(said);
        });
        return String.valueOf(resolve(resolver, "no-such-host").cause().getMessage());
    }

    /** A name server that is away is not a name that does not exist. */
    @Test
    void aNameThatIsNotFoundIsToldInTheSystemsWords() {
        assertEquals("the name no-such-host is not known", failure("no-such-host"));
        assertEquals(
                "the name no-such-host was not resolved: Temporary failure in name resolution",
                failure("no-such-host: Temporary failure in name resolution"));
        assertEquals("the name no-such-host was not resolved: out of luck", failure("out of luck"));
    }

    @Test
    void anAddressNeedsNoLookup() {
        OffLoopResolver resolver = new OffLoopResolver(LONG_MS, host -> {
            throw new AssertionError("looked up " + host);
        });
        assertEquals(
                "127.0.0.1",
                resolve(resolver, "127.0.0.1").getNow().getAddress().getHostAddress());
        assertTrue(resolve(resolver, "[::1]").getNow().getAddress().isLoopbackAddress());
    }
}
