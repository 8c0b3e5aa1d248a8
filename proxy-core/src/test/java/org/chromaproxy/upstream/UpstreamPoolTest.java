package org.chromaproxy.upstream;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.metrics.Timings;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool never loses a place, and nobody waits in it for ever. */
class UpstreamPoolTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long LONG_MS = 60_000;
    private static final long IDLE_MS = 10;

    private final EventLoops loops = new EventLoops(Transport.named("auto"), 1);
    private final EventLoop loop = loops.all().getFirst();
    private final AtomicInteger troubles = new AtomicInteger();
    private final Lookups lookups = new Lookups();
    private final CompletableFuture<Optional<String>> look = new CompletableFuture<>();
    private final Queue<Instance> restarts = new ConcurrentLinkedQueue<>();
    private final LaneConnections lanes = new LaneConnections(new LaneBound(LaneBound.LEAST));
    private final AtomicLong now = new AtomicLong();

    @AfterEach
    void stop() {
        loops.close();
    }

    /** Look-ups that end when the test says so. */
    private static final class Lookups extends AddressResolverGroup<InetSocketAddress> {
        private final Queue<Promise<InetAddress>> asked = new ConcurrentLinkedQueue<>();

        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            return new InetNameResolver(executor) {
                @Override
                protected void doResolve(String host, Promise<InetAddress> promise) {
                    asked.add(promise);
                }

                @Override
                protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
                    promise.setFailure(new UnsupportedOperationException());
                }
            }.asAddressResolver();
        }

        Promise<InetAddress> next() {
            await().atMost(SOON).until(() -> !asked.isEmpty());
            return asked.remove();
        }
    }

    private UpstreamPool pool(int port, long lineMs) {
        Instance instance = new Instance("primary", 0, URI.create("http://chroma-0:" + port));
        instance.become(InstanceState.UP, "");
        PoolStats stats = new PoolStats(new Timings(1));
        return new UpstreamPool(
                instance,
                loop,
                1,
                troubles::incrementAndGet,
                new Recognition(instance, (_, _) -> look, restarts::add),
                lanes,
                new UpstreamPool.Shared(
                        loops.transport(), stats, Optional.empty(), lookups, lineMs, now::get, IDLE_MS));
    }

    /** Every server is the one that is known. */
    private void recognised() {
        look.complete(Optional.empty());
    }

    private CompletableFuture<UpstreamConnection> acquire(UpstreamPool pool) {
        CompletableFuture<UpstreamConnection> got = new CompletableFuture<>();
        loop.execute(() -> pool.acquire(got::complete, got::completeExceptionally));
        return got;
    }

    private UpstreamException failure(CompletableFuture<UpstreamConnection> asked) {
        await().atMost(SOON).until(asked::isDone);
        return (UpstreamException) asked.exceptionNow();
    }

    private int size(UpstreamPool pool) throws ExecutionException, InterruptedException {
        return loop.submit(pool::size).get();
    }

    /** The look has no end, whatever the reason. */
    @Test
    void nobodyWaitsForEverToKnowWhichServerAnswers() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            UpstreamPool pool = pool(server.getLocalPort(), 50);
            CompletableFuture<UpstreamConnection> asked = acquire(pool);
            lookups.next().setSuccess(InetAddress.getLoopbackAddress());
            assertTrue(failure(asked).neverSent());
            await().atMost(SOON).until(() -> size(pool) == 0);
        }
    }

    @Test
    void aConnectionIsHandedOverWhenItIsKnownWhoAnswers() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            UpstreamPool pool = pool(server.getLocalPort(), LONG_MS);
            CompletableFuture<UpstreamConnection> asked = acquire(pool);
            lookups.next().setSuccess(InetAddress.getLoopbackAddress());
            server.accept();
            await().atMost(SOON).until(() -> size(pool) == 1);
            loop.submit(() -> {}).get();
            assertFalse(asked.isDone());
            recognised();
            await().atMost(SOON).until(asked::isDone);
            loop.submit(asked.get()::close).get();
        }
    }

    /** Else a request that ends its connection could end the health checker's. */
    @Test
    void whatCarriesTheProxysOwnQuestionsCarriesNothingElse() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            recognised();
            UpstreamPool pool = pool(server.getLocalPort(), LONG_MS);
            UpstreamConnection own = own(pool).get();
            loop.submit(() -> pool.giveBack(own)).get();
            assertEquals(own, own(pool).get());
            loop.submit(() -> pool.giveBack(own)).get();
            loop.submit(() -> pool.acquireReserved(_ -> {}, _ -> {}, ConnectionUse.READS))
                    .get();
            lookups.next().setSuccess(InetAddress.getLoopbackAddress());
            await().atMost(SOON).until(() -> size(pool) == 2);
            pool.reset();
            await().atMost(SOON).until(() -> size(pool) == 0);
        }
    }

    private CompletableFuture<UpstreamConnection> own(UpstreamPool pool) throws Exception {
        return reserved(pool, ConnectionUse.OWN);
    }

    private CompletableFuture<UpstreamConnection> reserved(UpstreamPool pool, ConnectionUse use) throws Exception {
        CompletableFuture<UpstreamConnection> got = new CompletableFuture<>();
        loop.submit(() -> pool.acquireReserved(got::complete, got::completeExceptionally, use))
                .get();
        if (!got.isDone()) {
            lookups.next().setSuccess(InetAddress.getLoopbackAddress());
        }
        await().atMost(SOON).until(got::isDone);
        return got;
    }

    private void pass(long ms) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    /** By the pool's clock, which the test sets; how often it is looked at is of no consequence. */
    @Test
    void whatCarriesNothingForSoLongIsClosedAndNothingElseIs() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            recognised();
            UpstreamPool pool = pool(server.getLocalPort(), LONG_MS);
            for (ConnectionUse use : ConnectionUse.values()) {
                UpstreamConnection used = reserved(pool, use).get();
                UpstreamConnection idle = reserved(pool, use).get();
                loop.submit(() -> pool.giveBack(idle)).get();
                pass(IDLE_MS - 1);
                loop.submit(() -> pool.giveBack(used)).get();
                assertEquals(2, size(pool));
                pass(1);
                await().atMost(SOON).until(() -> size(pool) == 1);
                assertFalse(idle.alive());
                assertEquals(used, reserved(pool, use).get(), use + ": the one used last is there");
                pass(IDLE_MS);
                CompletableFuture<Void> looked = new CompletableFuture<>();
                loop.schedule(() -> looked.complete(null), 3 * IDLE_MS, TimeUnit.MILLISECONDS);
                looked.get();
                assertTrue(used.alive(), use + ": it is in use");
                loop.submit(() -> pool.giveBack(used)).get();
                pass(IDLE_MS);
                await().atMost(SOON).until(() -> size(pool) == 0);
            }
            assertEquals(0, lanes.open());
            assertEquals(0, troubles.get());
            assertEquals(List.of(), List.copyOf(restarts));
        }
    }

    /** Where one was closed unasked, those of before tell whether the server was restarted. */
    @Test
    void whileItIsInQuestionWhetherTheServerWasRestartedNoneIsClosed() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            recognised();
            UpstreamPool pool = pool(server.getLocalPort(), LONG_MS);
            UpstreamConnection cut = reserved(pool, ConnectionUse.READS).get();
            Socket theirs = server.accept();
            UpstreamConnection idle = reserved(pool, ConnectionUse.OWN).get();
            loop.submit(() -> pool.giveBack(idle)).get();
            theirs.close();
            await().atMost(SOON).until(() -> size(pool) == 1);
            pass(IDLE_MS);
            await().atMost(SOON).until(() -> size(pool) == 0);
            assertFalse(cut.alive());
            assertEquals(List.of(), List.copyOf(restarts));
        }
    }

    /** Lanes of all loops have so many between them: one that needs another has an idle one of another loop's closed. */
    @Test
    void beyondTheBoundAnIdleOneOfAnotherLoopIsClosed() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            recognised();
            UpstreamPool first = pool(server.getLocalPort(), LONG_MS);
            UpstreamPool second = pool(server.getLocalPort(), LONG_MS);
            lanes.join(first);
            lanes.join(second);
            List<UpstreamConnection> all = new ArrayList<>();
            for (int i = 0; i < LaneBound.LEAST; i++) {
                all.add(reserved(first, ConnectionUse.LANES).get());
            }
            for (UpstreamConnection each : all) {
                loop.submit(() -> first.giveBack(each)).get();
            }
            assertEquals(LaneBound.LEAST, lanes.open());
            UpstreamConnection other = reserved(second, ConnectionUse.LANES).get();
            await().atMost(SOON).until(() -> size(first) == LaneBound.LEAST - 1);
            assertEquals(LaneBound.LEAST, lanes.open());
            assertFalse(all.getFirst().alive(), "the one that was not used for the longest time");
            assertTrue(other.alive());
        }
    }

    @Test
    void oneThatIsAnotherServersIsClosedUnused() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            UpstreamPool pool = pool(server.getLocalPort(), LONG_MS);
            CompletableFuture<UpstreamConnection> asked = acquire(pool);
            lookups.next().setSuccess(InetAddress.getLoopbackAddress());
            Socket accepted = server.accept();
            look.complete(Optional.of("it came back with older data"));
            UpstreamException strange = failure(asked);
            assertTrue(strange.neverSent());
            assertTrue(String.valueOf(strange.getMessage()).contains("older data"), strange.getMessage());
            assertThrows(SocketException.class, accepted.getInputStream()::read);
            await().atMost(SOON).until(() -> size(pool) == 0);
        }
    }

    @Test
    void aConnectionThatIsResetWhileItsNameIsLookedUpGivesItsPlaceBack() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            recognised();
            UpstreamPool pool = pool(server.getLocalPort(), LONG_MS);
            CompletableFuture<UpstreamConnection> first = acquire(pool);
            Promise<InetAddress> lookup = lookups.next();
            CompletableFuture<UpstreamConnection> second = acquire(pool);
            pool.reset();
            loop.submit(() -> {}).get();
            lookup.setSuccess(InetAddress.getLoopbackAddress());
            UpstreamException reset = failure(first);
            assertTrue(reset.neverSent());
            assertFalse(reset.refused());
            assertEquals(0, troubles.get());
            lookups.next().setSuccess(InetAddress.getLoopbackAddress());
            await().atMost(SOON).until(second::isDone);
            assertEquals(1, size(pool));
            UpstreamConnection open = second.get();
            loop.submit(open::close).get();
            await().atMost(SOON).until(() -> size(pool) == 0);
        }
    }

    @Test
    void aNameThatIsNotFoundIsNoRefusal() throws Exception {
        UpstreamPool pool = pool(1, LONG_MS);
        CompletableFuture<UpstreamConnection> asked = acquire(pool);
        lookups.next().setFailure(new UnknownHostException("the name chroma-0 was not resolved within 2000 ms"));
        UpstreamException unknown = failure(asked);
        assertTrue(unknown.neverSent());
        assertFalse(unknown.refused());
        assertTrue(String.valueOf(unknown.getMessage()).contains("was not resolved within"), unknown.getMessage());
        await().atMost(SOON).until(() -> size(pool) == 0);
    }

    @Test
    void whoWaitsInLineIsToldThatNothingBecameFree() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            recognised();
            UpstreamPool pool = pool(server.getLocalPort(), 50);
            CompletableFuture<UpstreamConnection> first = acquire(pool);
            lookups.next().setSuccess(InetAddress.getLoopbackAddress());
            await().atMost(SOON).until(first::isDone);
            UpstreamException late = failure(acquire(pool));
            assertTrue(late.neverSent());
            assertFalse(late.refused());
            assertTrue(String.valueOf(late.getMessage()).contains("became free within 50 ms"), late.getMessage());
            UpstreamConnection open = first.get();
            loop.submit(open::close).get();
        }
    }
}
