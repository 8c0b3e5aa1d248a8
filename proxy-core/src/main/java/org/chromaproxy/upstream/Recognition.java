package org.chromaproxy.upstream;

import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.chromaproxy.instance.Instance;
import org.jspecify.annotations.Nullable;

/**
 * Whether what answers on a new connection still is the server whose data the log knows. One that ends and is there again
 * sooner than anybody missed it may have come back with other data, or another server may have taken its address: so no
 * connection carries a client's or a lane's request before the server was looked at, once, after it was opened. One look
 * serves every connection opened before it. A look that finds the server well says the same of all of them: each leads
 * to the process that was looked at, or to one that has ended, and then it is dead. And none is used before the process is
 * known to be the one of before ({@link ProcessWatch}).
 *
 * <p>Of one instance; thread-safe. At most one look is under way and one waits.
 */
final class Recognition {
    private final Instance instance;
    private final Recogniser recogniser;
    private final ProcessWatch process;
    private @Nullable Look running;
    private @Nullable Look next;

    private static final class Look {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private long begunNanos;
    }

    /** @param onRestart called on an event loop when the instance was restarted, whatever its data are */
    Recognition(Instance instance, Recogniser recogniser, Consumer<Instance> onRestart) {
        this.instance = instance;
        this.recogniser = recogniser;
        this.process = new ProcessWatch(instance, onRestart);
    }

    ProcessWatch process() {
        return process;
    }

    /** Whether a connection can be used as it is. */
    boolean known(UpstreamConnection connection) {
        return instance.recognisedSince(connection.openedNanos()) && process.same(connection);
    }

    /**
     * Completes when that connection is known to lead to the server that is known; else exceptionally, with a request
     * {@linkplain UpstreamException#neverSent never sent}: at once where it is not in use.
     */
    CompletableFuture<Void> of(UpstreamConnection connection, EventLoop loop) {
        return after(connection.openedNanos(), loop).thenCompose(_ -> process.known(connection));
    }

    /**
     * Completes when the server was looked at after that time and found to be the one that is known; else exceptionally,
     * with a request {@linkplain UpstreamException#neverSent never sent}: at once where it is not in use.
     */
    CompletableFuture<Void> after(long openedNanos, EventLoop loop) {
        if (!instance.usable()) {
            return CompletableFuture.failedFuture(unknown("it is " + instance.state()));
        }
        Look asked;
        boolean begin = false;
        synchronized (this) {
            long since = instance.lookedForSince(openedNanos);
            if (running == null) {
                asked = new Look();
                asked.begunNanos = System.nanoTime();
                running = asked;
                begin = true;
            } else if (running.begunNanos - since > 0) {
                asked = running;
            } else {
                asked = next == null ? new Look() : next;
                next = asked;
            }
        }
        if (begin) {
            begin(asked, loop);
        }
        return asked.done;
    }

    private void begin(Look look, EventLoop loop) {
        CompletableFuture<Optional<String>> answer;
        try {
            answer = recogniser.look(instance, loop);
        } catch (RuntimeException e) {
            // The loops end: nobody must wait for what was never asked.
            answer = CompletableFuture.failedFuture(e);
        }
        answer.exceptionally(error -> Optional.of("what it holds cannot be told now: " + error.getMessage()))
                .thenAccept(trouble -> ended(look, loop, trouble));
    }

    /** @param trouble why what was opened before that look is not used; empty if it can be */
    private void ended(Look look, EventLoop loop, Optional<String> trouble) {
        Look following;
        synchronized (this) {
            following = next;
            next = null;
            running = following;
            if (following != null) {
                following.begunNanos = System.nanoTime();
            }
        }
        if (trouble.isEmpty()) {
            instance.recognised(look.begunNanos);
            look.done.complete(null);
        } else {
            look.done.completeExceptionally(unknown(trouble.get()));
        }
        if (following != null) {
            begin(following, loop);
        }
    }

    private UpstreamException unknown(String why) {
        return new UpstreamException("no connection to " + instance + ": " + why, true);
    }
}
