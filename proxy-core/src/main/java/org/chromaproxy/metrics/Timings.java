package org.chromaproxy.metrics;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.route.RouteKind;

/** The latencies and ends of everything, of all threads. Thread-safe; threads that record never wait for those that ask. */
public final class Timings {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final List<LoopTimings> loops = new CopyOnWriteArrayList<>();
    private final FastThreadLocal<LoopTimings> own;
    private final Map<RouteKind, Series> requests = new EnumMap<>(RouteKind.class);
    private final Map<Stage, Series> stages = new EnumMap<>(Stage.class);
    private final List<Series> upstream = new ArrayList<>();
    private long rotatedAt = System.nanoTime();

    /** @param instances how many there are */
    public Timings(int instances) {
        for (int i = 0; i < instances; i++) {
            upstream.add(new Series());
        }
        own = new FastThreadLocal<>() {
            @Override
            protected LoopTimings initialValue() {
                LoopTimings made = new LoopTimings(instances);
                loops.add(made);
                return made;
            }
        };
    }

    /** The calling thread's; for long-lived threads only. */
    public LoopTimings here() {
        return own.get();
    }

    /**
     * What was measured until now.
     *
     * @param requests by kind, for those that came at all
     * @param upstream by index of the instance
     */
    public record Snapshot(Map<RouteKind, Latency> requests, Map<Stage, Latency> stages, List<Latency> upstream) {}

    /** Merges what the threads have recorded; takes about a millisecond. */
    public synchronized Snapshot snapshot() {
        drain();
        Map<RouteKind, Latency> ended = new EnumMap<>(RouteKind.class);
        requests.forEach((kind, series) -> ended.put(kind, series.latency()));
        ended.values().removeIf(latency -> latency.count() == 0);
        Map<Stage, Latency> passed = new EnumMap<>(Stage.class);
        stages.forEach((stage, series) -> passed.put(stage, series.latency()));
        return new Snapshot(
                ended, passed, upstream.stream().map(Series::latency).toList());
    }

    /** Moves the window of the percentiles on; to be called every few seconds, whether anybody asks or not. */
    public synchronized void advance() {
        if (System.nanoTime() - rotatedAt >= INTERVAL_NANOS) {
            drain();
            rotatedAt = System.nanoTime();
            requests.values().forEach(Series::rotate);
            stages.values().forEach(Series::rotate);
            upstream.forEach(Series::rotate);
        }
    }

    private void drain() {
        loops.forEach(loop -> loop.drain(this));
    }

    /** Client requests of that kind that ended with a status of that class; class 0 was never answered. */
    public long ended(RouteKind kind, int statusClass) {
        return loops.stream().mapToLong(loop -> loop.ended(kind, statusClass)).sum();
    }

    Series request(RouteKind kind) {
        return Objects.requireNonNull(requests.computeIfAbsent(kind, any -> new Series()));
    }

    Series stage(Stage stage) {
        return Objects.requireNonNull(stages.computeIfAbsent(stage, any -> new Series()));
    }

    Series upstream(int instance) {
        return upstream.get(instance);
    }
}
