package org.chromaproxy.lane;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;

/** The world of lanes in one thread: time goes on only when the test lets it, and the test answers every request. */
final class VirtualIo implements LaneIo {
    private record Task(long at, long order, Runnable action) {}

    /** A request, which is answered when the test says so. */
    final class Sent {
        final Instance instance;
        final UpstreamRequest request;
        final CompletableFuture<UpstreamResponse> answer = new CompletableFuture<>();

        private Sent(Instance instance, UpstreamRequest request) {
            this.instance = instance;
            this.request = request;
        }

        /** The server answers so; then all that is due now is run. */
        void answer(int status, String body) {
            answer.complete(response(status, body));
            runDue();
        }

        /** Executed, as Chroma says so of a write. */
        void done() {
            answer(request.uri().endsWith("/add") ? 201 : 200, "{}");
        }

        /** Refused in Chroma's words. */
        void refuse() {
            answer(400, "{\"error\":\"InvalidArgumentError\",\"message\":\"of a test\"}");
        }

        /** The server says that it failed at that. */
        void fail() {
            answer(500, "{\"error\":\"InternalError\",\"message\":\"of a test\"}");
        }

        /** Its answer is more than can be held. */
        void beyond() {
            answer.completeExceptionally(UpstreamException.beyond(1));
            runDue();
        }

        /** The connection is closed without an answer. */
        void cut() {
            answer.completeExceptionally(new UpstreamException("closed", false));
            runDue();
        }

        /** There was no connection: it was never sent. */
        void refuseConnection() {
            answer.completeExceptionally(new UpstreamException("no connection", true));
            runDue();
        }

        String body() {
            return new String(request.body(), StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return instance + " " + request.method() + " " + request.uri() + " " + body();
        }
    }

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private final List<Sent> sent = new ArrayList<>();
    private long now = TimeUnit.HOURS.toNanos(1);
    private long order;

    /** A response in JSON. */
    static UpstreamResponse response(int status, String body) {
        return new UpstreamResponse(
                status,
                new DefaultHttpHeaders().set("content-type", "application/json"),
                body.getBytes(StandardCharsets.UTF_8));
    }

    /** Runs what is due now, and what that puts at now. */
    void runDue() {
        runFor(0);
    }

    /** Lets so many milliseconds pass. */
    void runFor(long millis) {
        long end = now + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!tasks.isEmpty() && tasks.element().at() <= end) {
            Task next = tasks.remove();
            now = Math.max(now, next.at());
            next.action().run();
        }
        now = end;
    }

    /** All requests so far. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** Those that are not answered. */
    List<Sent> open() {
        return sent.stream().filter(each -> !each.answer.isDone()).toList();
    }

    /** The only one that is not answered. */
    Sent only() {
        List<Sent> open = open();
        if (open.size() != 1) {
            throw new AssertionError("not one request is open: " + open);
        }
        return open.getFirst();
    }

    /** The only one that is not answered of those to an instance. */
    Sent only(Instance instance) {
        List<Sent> open =
                open().stream().filter(each -> each.instance == instance).toList();
        if (open.size() != 1) {
            throw new AssertionError("not one request to " + instance + " is open: " + open);
        }
        return open.getFirst();
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        tasks.add(new Task(now + unit.toNanos(delay), order++, task));
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
        return 0;
    }

    @Override
    public CompletableFuture<UpstreamResponse> send(Instance instance, UpstreamRequest request, long timeoutMs) {
        Sent one = new Sent(instance, request);
        sent.add(one);
        return timeoutMs == 0 ? one.answer : within(one.answer, timeoutMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletableFuture<UpstreamResponse> ask(Instance instance, UpstreamRequest request, long timeoutMs) {
        return send(instance, request, timeoutMs);
    }

    @Override
    public void reset(Instance instance) {
        open().stream().filter(each -> each.instance == instance).forEach(Sent::cut);
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(now);
    }
}
