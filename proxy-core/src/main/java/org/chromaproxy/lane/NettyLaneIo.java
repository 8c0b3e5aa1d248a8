package org.chromaproxy.lane;

import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.time.Clock;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.upstream.AnswerMemory;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event loop of the proxy, its connections to the instances, and the machine's clock. Thread-safe. */
public final class NettyLaneIo implements LaneIo {
    private static final Logger LOG = LoggerFactory.getLogger(NettyLaneIo.class);

    private final EventLoop loop;
    private final UpstreamClient upstream;

    /** Of one loop. */
    public NettyLaneIo(EventLoop loop, UpstreamClient upstream) {
        this.loop = loop;
        this.upstream = upstream;
    }

    /** One for each of these loops, in their order. */
    public static List<LaneIo> all(EventLoops loops, UpstreamClient upstream) {
        return loops.all().stream()
                .<LaneIo>map(loop -> new NettyLaneIo(loop, upstream))
                .toList();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public boolean inLoop() {
        return loop.inEventLoop();
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        loop.schedule(task, delay, unit);
    }

    @Override
    public void repeat(Runnable task, long pause, TimeUnit unit) {
        loop.scheduleWithFixedDelay(() -> guarded(task), pause, pause, unit);
    }

    /** A task that throws would not be run again. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RejectedExecutionException e) {
            // The event loops have ended: the proxy stops.
            LOG.debug("a periodic task ends with the proxy", e);
        } catch (RuntimeException | Error e) {
            LOG.error("a periodic task failed: this is a fault of the proxy's. It is tried again", e);
        }
    }

    @Override
    public long nanoTime() {
        return Clock.SYSTEM.nanoTime();
    }

    @Override
    public Instant now() {
        return Clock.SYSTEM.now();
    }

    @Override
    public long random(long bound) {
        return ThreadLocalRandom.current().nextLong(bound);
    }

    @Override
    public CompletableFuture<UpstreamResponse> send(Instance instance, UpstreamRequest request, long timeoutMs) {
        return upstream.sendInLine(loop, instance, request, timeoutMs, UpstreamClient.WHOLE);
    }

    @Override
    public CompletableFuture<UpstreamResponse> sendWithin(
            Instance instance, UpstreamRequest request, long timeoutMs, int most) {
        return upstream.sendInLine(loop, instance, request, timeoutMs, AnswerMemory.upTo(most));
    }

    @Override
    public CompletableFuture<UpstreamResponse> sendInTurn(Instance instance, UpstreamRequest request) {
        return upstream.sendInTurn(loop, instance, request);
    }

    @Override
    public CompletableFuture<UpstreamResponse> ask(Instance instance, UpstreamRequest request, long timeoutMs) {
        return upstream.ask(loop, instance, request, timeoutMs);
    }

    @Override
    public void reset(Instance instance) {
        upstream.reset(instance);
    }
}
