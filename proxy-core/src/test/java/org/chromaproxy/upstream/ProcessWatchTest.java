package org.chromaproxy.upstream;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.metrics.Timings;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that ends takes all its connections with it; one that lives keeps some. */
class ProcessWatchTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final EventLoops loops = new EventLoops(Transport.named("nio"), 1);
    private final EventLoop loop = new DefaultEventLoop();
    private final Instance instance = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final List<Instance> restarts = new ArrayList<>();
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private final ProcessWatch watch = new ProcessWatch(instance, restarts::add);
    private final UpstreamPool pool = new UpstreamPool(
            instance,
            loops.all().getFirst(),
            1,
            () -> {},
            new Recognition(instance, (_, _) -> CompletableFuture.completedFuture(Optional.empty()), restarts::add),
            new LaneConnections(LaneBound.DEFAULT),
            new UpstreamPool.Shared(
                    loops.transport(),
                    new PoolStats(new Timings(1)),
                    Optional.empty(),
                    UpstreamPool.RESOLVER,
                    UpstreamPool.LINE_TIMEOUT_MS,
                    System::nanoTime,
                    UpstreamPool.IDLE_MS));

    @BeforeEach
    void inUse() {
        instance.become(InstanceState.UP, "");
        tick();
    }

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
        loops.close();
    }

    private static void tick() {
        long begun = System.nanoTime();
        while (System.nanoTime() == begun) {
            Thread.onSpinWait();
        }
    }

    /** One behind which all others were looked at. */
    private UpstreamConnection open() {
        UpstreamConnection connection = openUnlooked();
        look();
        return connection;
    }

    /** The connections' loops run. */
    private void look() {
        for (int turn = 0; turn < 2; turn++) {
            channels.forEach(channel -> {
                channel.advanceTimeBy(2, TimeUnit.MILLISECONDS);
                channel.runPendingTasks();
            });
        }
        tick();
    }

    private UpstreamConnection openUnlooked() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channels.add(channel);
        UpstreamConnection connection = new UpstreamConnection(pool, channel);
        tick();
        connection.opened(ConnectionUse.READS);
        watch.opened(connection);
        tick();
        return connection;
    }

    /** With the connections' loops running. */
    private void awaitLooking(CompletableFuture<Void> known) {
        await().atMost(SOON).until(() -> {
            look();
            return known.isDone();
        });
    }

    @Test
    void whenTheLastOneOfBeforeIsClosedItWasRestarted() {
        UpstreamConnection first = open();
        UpstreamConnection second = open();
        watch.closed(first, false, loop);
        UpstreamConnection after = open();
        assertFalse(watch.same(after));
        assertTrue(watch.same(second));
        var known = watch.known(after);
        assertFalse(known.isDone());
        assertEquals(0, restarts.size());
        watch.closed(second, false, loop);
        assertEquals(List.of(instance), restarts);
        assertTrue(known.isCompletedExceptionally());
        assertTrue(watch.known(after).isCompletedExceptionally());
        watch.closed(after, false, loop);
        assertEquals(1, restarts.size());
    }

    @Test
    void whatCameUpAnewIsJudgedAnew() {
        watch.closed(open(), false, loop);
        assertEquals(1, restarts.size());
        instance.become(InstanceState.DOWN, "");
        instance.become(InstanceState.UP, "");
        UpstreamConnection next = open();
        assertTrue(watch.known(next).isDone());
        assertTrue(watch.same(next));
        watch.closed(next, false, loop);
        assertEquals(2, restarts.size());
    }

    @Test
    void anAnswerToALaterRequestOnOneOfBeforeSaysThatItIsTheSame() {
        UpstreamConnection first = open();
        UpstreamConnection second = open();
        long earlier = System.nanoTime();
        tick();
        watch.closed(first, false, loop);
        UpstreamConnection after = open();
        var known = watch.known(after);
        watch.answered(second, earlier);
        watch.answered(after, System.nanoTime());
        assertFalse(known.isDone(), "sent before, or on another connection: that proves nothing");
        watch.answered(second, System.nanoTime());
        assertTrue(known.isDone());
        assertFalse(known.isCompletedExceptionally());
        assertTrue(watch.same(after));
        assertEquals(0, restarts.size());
    }

    /**
     * Seen once on a starved machine: the process had ended and a new one had taken the connection, before the loops had looked at those
     * of before.
     */
    @Test
    void oneThatWasOpenedToTheNewProcessIsNotOfBefore() {
        UpstreamConnection first = open();
        UpstreamConnection after = openUnlooked();
        var known = watch.known(after);
        assertFalse(watch.same(after));
        watch.closed(first, false, loop);
        assertEquals(List.of(instance), restarts);
        look();
        assertFalse(watch.same(after));
        assertTrue(known.isCompletedExceptionally());
    }

    @Test
    void oneBehindWhichTheOthersWereLookedAtIsOfBefore() {
        open();
        UpstreamConnection next = openUnlooked();
        var known = watch.known(next);
        assertFalse(known.isDone(), "nobody has looked at the first one yet");
        look();
        assertTrue(watch.same(next));
        assertTrue(known.isDone());
        assertFalse(known.isCompletedExceptionally());
    }

    @Test
    void oneThatWasClosedIsNotUsed() {
        UpstreamConnection only = open();
        watch.closed(only, true, loop);
        assertFalse(watch.same(only));
        assertTrue(watch.known(only).isCompletedExceptionally());
    }

    /** Seen on a machine with ten others' work: a read was served by a process that had lost its last write. */
    @Test
    void oneWhoseLoopHasNotLookedYetSaysNothing() {
        UpstreamConnection first = open();
        UpstreamConnection second = open();
        watch.closed(first, false, loop);
        var known = watch.known(openUnlooked());
        // Longer than it takes to look, and the loop of the watch has done its part.
        loop.schedule(() -> {}, 1_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        assertFalse(known.isDone());
        watch.closed(second, false, loop);
        look();
        assertTrue(known.isCompletedExceptionally());
        assertEquals(List.of(instance), restarts);
    }

    @Test
    void oneThatStaysOpenForAMomentSaysTheSame() {
        UpstreamConnection first = open();
        UpstreamConnection second = open();
        watch.closed(first, false, loop);
        var known = watch.known(open());
        awaitLooking(known);
        assertFalse(known.isCompletedExceptionally());
        watch.closed(second, true, loop);
        assertEquals(0, restarts.size());
    }

    @Test
    void whoWaitsForADecisionIsToldWhenTheServerGoesDownMeanwhile() {
        UpstreamConnection first = open();
        UpstreamConnection second = open();
        watch.closed(first, false, loop);
        var known = watch.known(open());
        instance.become(InstanceState.DOWN, "");
        watch.closed(second, true, loop);
        assertTrue(known.isCompletedExceptionally(), "what waits for it would wait for ever");
        assertEquals(0, restarts.size());
    }

    @Test
    void nothingThatHappensLaterIsNeededToTellThem() {
        UpstreamConnection first = open();
        open();
        watch.closed(first, false, loop);
        var known = watch.known(open());
        instance.become(InstanceState.DOWN, "");
        awaitLooking(known);
        assertTrue(known.isCompletedExceptionally(), "it is not the one of before for certain");
    }

    @Test
    void whatTheProxyClosesItselfSaysNothing() {
        UpstreamConnection only = open();
        watch.closed(only, true, loop);
        assertEquals(0, restarts.size());
        assertTrue(watch.same(open()));
    }

    @Test
    void whenTheProxyEndsNobodyWasRestarted() {
        UpstreamConnection only = open();
        loop.shutdownGracefully();
        watch.closed(only, false, loop);
        assertEquals(0, restarts.size());
    }

    @Test
    void ofOneThatIsOutOfUseNothingIsSaid() {
        instance.become(InstanceState.DOWN, "");
        watch.closed(open(), false, loop);
        assertEquals(0, restarts.size());
        assertTrue(watch.known(open()).isDone());
    }
}
