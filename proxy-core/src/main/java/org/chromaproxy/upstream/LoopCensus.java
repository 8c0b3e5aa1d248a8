package org.chromaproxy.upstream;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What one event loop holds just now.
 *
 * @param index of the loop
 * @param delayNanos how long the question waited for its turn
 * @param tasks how many others waited behind it
 * @param pools by index of the instance; empty when the loop did not answer in time
 */
public record LoopCensus(int index, long delayNanos, int tasks, List<PoolCount> pools) {
    /** The connections of one pool, and who waits for one. */
    public record PoolCount(int open, int idle, int waiting) {}

    /**
     * Asks a loop; the answer comes within the time in any case.
     *
     * @param pools each tells on the loop what it holds
     */
    static CompletableFuture<LoopCensus> of(
            int index, EventLoop loop, List<Supplier<PoolCount>> pools, long time, TimeUnit unit) {
        CompletableFuture<LoopCensus> census = new CompletableFuture<>();
        long asked = System.nanoTime();
        loop.execute(() -> {
            List<PoolCount> counts = pools.stream().map(Supplier::get).toList();
            int tasks = loop instanceof SingleThreadEventExecutor queue ? queue.pendingTasks() : 0;
            census.complete(new LoopCensus(index, System.nanoTime() - asked, tasks, counts));
        });
        return census.completeOnTimeout(new LoopCensus(index, unit.toNanos(time), 0, List.of()), time, unit);
    }
}
