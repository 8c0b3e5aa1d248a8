package org.chromaproxy.health;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.NettyLaneIo;
import org.chromaproxy.local.FreePort;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.chromaproxy.upstream.UpstreamClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that refuses connections is probed at intervals; its refusals do not call for each other. */
class HealthCheckerTest {
    private static final long INTERVAL_MS = 200;
    private static final int INTERVALS = 5;
    /** The machine may be busy. */
    private static final Duration SOON = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource(
            value = InstanceState.class,
            names = {"STARTING", "MAINTENANCE", "UP"})
    void refusalsAreNotProbedInALoop(InstanceState state) throws Exception {
        Instance instance = new Instance("primary", 0, URI.create("http://127.0.0.1:" + FreePort.next()));
        instance.become(state, "");
        AtomicInteger troubles = new AtomicInteger();
        try (EventLoops loops = new EventLoops(Transport.named("auto"), 1)) {
            EventLoop loop = loops.all().getFirst();
            Instances instances = new Instances(List.of(instance));
            AtomicReference<HealthChecker> checker = new AtomicReference<>();
            UpstreamClient upstream = new UpstreamClient(loops, instances, troubled -> {
                troubles.incrementAndGet();
                checker.get().suspect(troubled);
            });
            loop.submit(() -> checker.set(new HealthChecker(
                            new NettyLaneIo(loop, upstream),
                            instances,
                            asked -> CompletableFuture.completedFuture(""),
                            led -> 0,
                            INTERVAL_MS)))
                    .get();

            long begun = System.nanoTime();
            InstanceState expected = state == InstanceState.MAINTENANCE ? state : InstanceState.DOWN;
            await().atMost(SOON).until(() -> troubles.get() >= 1 && instance.state() == expected);
            loop.schedule(() -> {}, INTERVAL_MS * INTERVALS, TimeUnit.MILLISECONDS)
                    .get();
            int refused = troubles.get();
            long intervals = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) / INTERVAL_MS + 1;

            assertTrue(refused <= 4 * intervals, refused + " refused connections in " + intervals + " intervals");
            assertEquals(expected, instance.state());
        }
    }
}
