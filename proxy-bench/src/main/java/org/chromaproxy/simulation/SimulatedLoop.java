package org.chromaproxy.simulation;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.LaneIo;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;

/** One event loop of a simulated process: its tasks run in their order, some microseconds late, and never after its end. */
final class SimulatedLoop implements LaneIo {
    private static final long LATE_NANOS = 50_000;

    private final Timeline time;
    private final Life life;
    private final int number;
    private long last;

    SimulatedLoop(Timeline time, Life life, int number) {
        this.number = number;
        this.time = time;
        this.life = life;
    }

    @Override
    public void execute(Runnable task) {
        last = Math.max(last + 1, time.nanoTime() + time.here("loop", number).between(1, LATE_NANOS));
        time.after(last - time.nanoTime(), () -> run(task));
    }

    private void run(Runnable task) {
        life.on(this, task);
    }

    @Override
    public boolean inLoop() {
        return life.current() == this;
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        time.after(unit.toNanos(delay), () -> run(task));
    }

    @Override
    public void repeat(Runnable task, long pause, TimeUnit unit) {
        schedule(
                () -> {
                    task.run();
                    repeat(task, pause, unit);
                },
                pause,
                unit);
    }

    @Override
    public long random(long bound) {
        return time.here("random", number).between(0, bound - 1);
    }

    @Override
    public long nanoTime() {
        return time.nanoTime();
    }

    @Override
    public Instant now() {
        return time.now();
    }

    @Override
    public CompletableFuture<UpstreamResponse> send(Instance instance, UpstreamRequest request, long timeoutMs) {
        if (life.recognises(instance)) {
            return ask(instance, request, timeoutMs);
        }
        CompletableFuture<UpstreamResponse> none = new CompletableFuture<>();
        execute(() -> none.completeExceptionally(
                new UpstreamException("no connection to " + instance + ": it was restarted", true)));
        return none;
    }

    @Override
    public CompletableFuture<UpstreamResponse> ask(Instance instance, UpstreamRequest request, long timeoutMs) {
        CompletableFuture<UpstreamResponse> answer = life.network().send(this, instance, request);
        return timeoutMs == 0 ? answer : within(answer, timeoutMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void reset(Instance instance) {
        life.network().reset(instance);
    }
}
