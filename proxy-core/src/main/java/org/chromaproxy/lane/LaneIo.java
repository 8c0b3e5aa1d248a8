package org.chromaproxy.lane;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.time.Clock;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;

/**
 * What lanes and health checks of one loop may do to the world, beside the log. One implementation is Netty's loop with its connections; another
 * may be a simulation, in which many loops are one thread and time is a number.
 *
 * <p>All tasks of one object run one after the other, those of {@link #execute} in the order in which they came. Methods may be
 * called from any thread.
 */
public interface LaneIo extends Executor, Clock {
    /** Whether the caller is a task of this loop. */
    boolean inLoop();

    /** Runs a task once, after that time. */
    void schedule(Runnable task, long delay, TimeUnit unit);

    /** Runs a task again and again, so long after its last end; one that throws is told of, and run again all the same. */
    void repeat(Runnable task, long pause, TimeUnit unit);

    /** A number that nobody can foretell, from 0 to {@code bound} less one. */
    long random(long bound);

    /**
     * Sends a request and collects its answer; where many others of lanes are under way to that instance, it waits in line
     * first. Completes on this loop, with an {@link org.chromaproxy.upstream.UpstreamException}
     * when there is no complete answer. Cancelled, its connection is reset: what was not delivered never will be.
     *
     * @param timeoutMs the time in line included; 0 for none: then only the answer or the end of the connection completes it
     */
    CompletableFuture<UpstreamResponse> send(Instance instance, UpstreamRequest request, long timeoutMs);

    /**
     * {@link #send}, of whose answer no more than so many bytes are held; it fails where there are more.
     *
     * @see UpstreamException#isTooLarge
     */
    default CompletableFuture<UpstreamResponse> sendWithin(
            Instance instance, UpstreamRequest request, long timeoutMs, int most) {
        return send(instance, request, timeoutMs);
    }

    /**
     * Sends a write whose {@linkplain org.chromaproxy.lane.WriteTurns turn} it is, so that it waits for no connection. Else as
     * {@link #send} without a time-out.
     */
    default CompletableFuture<UpstreamResponse> sendInTurn(Instance instance, UpstreamRequest request) {
        return send(instance, request, 0);
    }

    /**
     * As {@link #send} of whatever answers at the instance's address, even if that should be another server by now, and without
     * waiting in line: for health checks.
     */
    CompletableFuture<UpstreamResponse> ask(Instance instance, UpstreamRequest request, long timeoutMs);

    /** Resets all connections to an instance, of all loops: what was not delivered never will be, what is under way fails. */
    void reset(Instance instance);

    /** The same future, which fails with a {@link TimeoutException} if it is not complete after that time. */
    default <T> CompletableFuture<T> within(CompletableFuture<T> future, long time, TimeUnit unit) {
        schedule(
                () -> {
                    // Most are: an exception that nobody sees would take its stack trace all the same.
                    if (!future.isDone()) {
                        future.completeExceptionally(new TimeoutException("not within " + time + " " + unit));
                    }
                },
                time,
                unit);
        return future;
    }

    /** The one of them that owns whatever hashes to {@code hash}: always the same one. */
    static LaneIo owning(List<? extends LaneIo> all, int hash) {
        return all.get(Math.floorMod(hash, all.size()));
    }
}
