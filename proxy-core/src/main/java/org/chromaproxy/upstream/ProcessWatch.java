package org.chromaproxy.upstream;

import io.netty.channel.EventLoop;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.chromaproxy.instance.Instance;

/**
 * Whether the process behind an instance's address is the one it was: a process that ends takes all its connections with
 * it. Once the instance has closed one unasked, others are used on only if they were open before; new ones wait until one
 * of those has carried an answer to a later request, or has stayed open for a moment. When all of them are gone the
 * instance was restarted, or whatever is on the way was: then what it answered last may be lost, however soon it is there
 * again. A connection counts as one of before only once all others have been looked at after it was opened: it may have been opened
 * to a new process while the end of theirs was waiting to be noticed. The health checker's are among them, and carry nobody else's requests: one that ends its connection, as a handler
 * that panics does, ends none of those.
 *
 * <p>Of one instance and all its pools; thread-safe.
 */
final class ProcessWatch {
    /** A loop hears of a closed connection long before, if it runs at all. */
    private static final long SETTLE_MS = 500;

    private final Instance instance;
    private final Consumer<Instance> onRestart;
    private final Map<Watched, Joining> living = new ConcurrentHashMap<>();

    private volatile boolean broken;
    /** Of the first connection that was closed unasked; read only while {@link #broken}. */
    private volatile long brokenNanos;
    /** Guarded by this. */
    private boolean restarted;
    /** How often it was in question; guarded by this. */
    private long questions;
    /** Completes when the process is known to be the same, or not. Guarded by this. */
    private CompletableFuture<Void> decision = CompletableFuture.completedFuture(null);

    /** A connection, as far as it tells of the process behind it. */
    interface Watched {
        boolean alive();

        /** On which all of it runs. */
        EventLoop loop();
    }

    /** One that is open, and whether the others were open behind it. */
    private static final class Joining {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        /** When they were; before {@link #done} is. */
        private volatile long nanos;

        private void end() {
            nanos = System.nanoTime();
            done.complete(null);
        }

        private boolean before(long time) {
            return done.isDone() && nanos - time < 0;
        }
    }

    /** @param onRestart called on an event loop, once for each time */
    ProcessWatch(Instance instance, Consumer<Instance> onRestart) {
        this.instance = instance;
        this.onRestart = onRestart;
    }

    /** A connection is established; on its loop. */
    void opened(Watched connection) {
        if (connection.alive()) {
            Set<EventLoop> others = loopsOf(living.keySet());
            Joining joining = new Joining();
            living.put(connection, joining);
            afterNextLook(others, joining::end);
        }
    }

    private static Set<EventLoop> loopsOf(Collection<Watched> connections) {
        return connections.stream().map(Watched::loop).collect(Collectors.toSet());
    }

    /** Runs a task once each of these loops has seen what has become of its connections by now; never, if one of them ends. */
    private static void afterNextLook(Set<EventLoop> loops, Runnable task) {
        if (loops.isEmpty()) {
            task.run();
            return;
        }
        AtomicInteger missing = new AtomicInteger(loops.size());
        for (EventLoop loop : loops) {
            if (!loop.isShuttingDown()) {
                // What a turn has not begun with is not seen in it, and it may run a task of another thread at its end:
                // so in the next.
                loop.execute(() -> loop.schedule(
                        () -> {
                            if (missing.decrementAndGet() == 0) {
                                task.run();
                            }
                        },
                        1,
                        TimeUnit.MILLISECONDS));
            }
        }
    }

    /**
     * It is closed.
     *
     * @param here whether the proxy did that
     */
    void closed(Watched connection, boolean here, EventLoop loop) {
        if (loop.isShuttingDown()) {
            // The proxy ends, and all its connections with it.
            return;
        }
        CompletableFuture<Void> asked;
        boolean begun = false;
        synchronized (this) {
            if (!living.containsKey(connection)) {
                return;
            }
            forgetEarlier();
            if (!here && !broken && instance.usable()) {
                brokenNanos = System.nanoTime();
                broken = true;
                begun = true;
                decision = new CompletableFuture<>();
                questions++;
            }
            // Only now: one that is opened meanwhile on another loop has somebody to wait for, or joins later than
            // that.
            living.remove(connection);
            if (!broken || restarted) {
                return;
            }
            restarted = living.values().stream().noneMatch(other -> other.before(brokenNanos));
            asked = decision;
            if (!restarted) {
                if (begun) {
                    long question = questions;
                    loop.schedule(() -> stillOpen(question), SETTLE_MS, TimeUnit.MILLISECONDS);
                }
                return;
            }
        }
        asked.completeExceptionally(gone());
        onRestart.accept(instance);
    }

    /** An answer came on that connection, to a request begun then. */
    void answered(Watched connection, long begunNanos) {
        if (broken && begunNanos - brokenNanos > 0 && same(connection)) {
            long question;
            synchronized (this) {
                question = questions;
            }
            settled(question);
        }
    }

    /** Those of before are still open, if their loops say so, too: on a machine that is starved these may not have looked yet. */
    private void stillOpen(long question) {
        Set<Watched> before = living.keySet().stream().filter(this::same).collect(Collectors.toSet());
        afterNextLook(loopsOf(before), () -> settled(question));
    }

    /** That question is answered: it is the same. */
    private void settled(long question) {
        CompletableFuture<Void> asked;
        synchronized (this) {
            forgetEarlier();
            if (questions != question || !broken || restarted) {
                return;
            }
            broken = false;
            asked = decision;
        }
        asked.complete(null);
    }

    /**
     * What happened in an earlier state of the instance is over: nothing of it is used any more, and whoever waits for a decision
     * is told so. Guarded by this.
     */
    private void forgetEarlier() {
        if (broken && (!instance.usable() || instance.upSinceNanos() - brokenNanos > 0)) {
            broken = false;
            restarted = false;
            // Those that wait go on on loops of their own.
            decision.completeExceptionally(gone());
        }
    }

    /** Whether a connection was closed unasked, and it is not known yet what that means: those of before are still needed. */
    boolean isInQuestion() {
        synchronized (this) {
            forgetEarlier();
            return broken && !restarted;
        }
    }

    /** Whether that connection leads to the process of before, as far as is known at once. */
    boolean same(Watched connection) {
        Joining joining = living.get(connection);
        return joining != null && (broken ? joining.before(brokenNanos) : joining.done.isDone());
    }

    /** Completes when it is known to lead there; exceptionally, with a request never sent, if it does not. */
    CompletableFuture<Void> known(Watched connection) {
        Joining joining = living.get(connection);
        if (joining == null) {
            return CompletableFuture.failedFuture(
                    new UpstreamException(instance + " closed the connection before its use", true));
        }
        return joining.done.thenCompose(_ -> ofSame(connection));
    }

    private CompletableFuture<Void> ofSame(Watched connection) {
        synchronized (this) {
            forgetEarlier();
            return broken && !same(connection) ? decision : CompletableFuture.completedFuture(null);
        }
    }

    private UpstreamException gone() {
        return new UpstreamException("all connections to " + instance + " were closed: it is looked at anew", true);
    }
}
