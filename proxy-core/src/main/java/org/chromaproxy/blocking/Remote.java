package org.chromaproxy.blocking;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.upstream.AnswerMemory;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;

/** Blocking requests to one instance. They wait in line with those of lanes, unless it is said of them that they do not. */
public final class Remote {
    private static final long READ_MS = 60_000;
    /** Longer than a server needs for the largest write of a client before it; then the connection is reset. */
    private static final long WRITE_MS = 120_000;

    private static final long WRITE_MS_PER_MIB = 2_000;

    private final UpstreamClient upstream;
    private final EventLoops loops;

    public Remote(UpstreamClient upstream, EventLoops loops) {
        this.upstream = upstream;
        this.loops = loops;
    }

    /** @throws StepException when there is no answer */
    public UpstreamResponse get(Instance instance, String path) {
        return send(instance, UpstreamRequest.get(path), READ_MS, READ_MS);
    }

    /** The same of whatever answers at its address, even if that should be another server by now. */
    public UpstreamResponse ask(Instance instance, String path) {
        UpstreamRequest request = UpstreamRequest.get(path);
        return answer(request, instance, upstream.ask(loop(instance), instance, request, READ_MS), READ_MS);
    }

    /** The same without blocking; the answer comes on that loop, with an {@link UpstreamException} if there is none. */
    public CompletableFuture<UpstreamResponse> ask(EventLoop loop, Instance instance, String path) {
        return upstream.ask(loop, instance, UpstreamRequest.get(path), READ_MS);
    }

    /** A read that is a POST; whatever the answer. */
    public UpstreamResponse search(Instance instance, String path, byte[] body) {
        return send(instance, json("POST", path, body), READ_MS, READ_MS);
    }

    /** As {@link #get}, but the answer must be 2xx. */
    public byte[] require(Instance instance, String path) {
        return expect(instance, path, get(instance, path));
    }

    /**
     * As {@link #require}, but no more than so many bytes are held.
     *
     * @return empty if the answer is larger
     */
    public Optional<byte[]> within(Instance instance, String path, int most) {
        return within(instance, UpstreamRequest.get(path), most);
    }

    /**
     * A read that is a POST, of which no more than so many bytes are held; the answer must be 2xx.
     *
     * @return empty if the answer is larger
     */
    public Optional<byte[]> readWithin(Instance instance, String path, byte[] body, int most) {
        return within(instance, json("POST", path, body), most);
    }

    private Optional<byte[]> within(Instance instance, UpstreamRequest request, int most) {
        CompletableFuture<Optional<UpstreamResponse>> answer = sent(instance, request, READ_MS, AnswerMemory.upTo(most))
                .thenApply(Optional::of)
                .exceptionallyCompose(error -> UpstreamException.isTooLarge(error)
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(error));
        String what = request.method() + " " + request.uri() + " on " + instance;
        return Waiting.forResult(answer, READ_MS + 1_000, what).map(whole -> expect(instance, request.uri(), whole));
    }

    /**
     * A write; whatever the answer.
     *
     * @throws StepException when there is none: whether it was executed, or will be, is not known
     */
    public UpstreamResponse write(Instance instance, String method, String path, byte[] body) {
        return send(instance, json(method, path, body), 0, longest(body));
    }

    /** The same for a small one that must not wait in line behind those of lanes and copies. */
    public UpstreamResponse writeAtOnce(Instance instance, String method, String path, byte[] body) {
        UpstreamRequest request = json(method, path, body);
        return answer(
                request,
                instance,
                instance.usable()
                        ? upstream.send(loop(instance), instance, request, 0)
                        : upstream.ask(loop(instance), instance, request, 0),
                longest(body));
    }

    private static long longest(byte[] body) {
        return WRITE_MS + WRITE_MS_PER_MIB * (body.length >> 20);
    }

    private static UpstreamRequest json(String method, String path, byte[] body) {
        HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        return new UpstreamRequest(method, path, headers, body);
    }

    public byte[] expect(Instance instance, String path, UpstreamResponse answer) {
        if (!answer.success() || !answer.json() || !ClientJson.isValue(answer.body())) {
            // A hop's page with status 200 has done nothing.
            String text = answer.text();
            String brief = text.length() > 200 ? text.substring(0, 200) : text;
            throw new StepException(instance + " answered " + answer.status() + " to " + path + ": " + brief);
        }
        return answer.body();
    }

    /** What is asked of an instance that is not in use, as before it is let in or while it is copied anew, is asked of whatever answers there. */
    private CompletableFuture<UpstreamResponse> sent(
            Instance instance, UpstreamRequest request, long timeoutMs, AnswerMemory memory) {
        return instance.usable()
                ? upstream.sendInLine(loop(instance), instance, request, timeoutMs, memory)
                : upstream.ask(loop(instance), instance, request, timeoutMs, memory);
    }

    private UpstreamResponse send(Instance instance, UpstreamRequest request, long timeoutMs, long waitMs) {
        return answer(request, instance, sent(instance, request, timeoutMs, UpstreamClient.WHOLE), waitMs);
    }

    private static UpstreamResponse answer(
            UpstreamRequest request, Instance instance, CompletableFuture<UpstreamResponse> answer, long waitMs) {
        try {
            return Waiting.forResult(
                    answer, waitMs + 1_000, request.method() + " " + request.uri() + " on " + instance);
        } finally {
            // What nobody waits for any more must not keep its connection, nor arrive later.
            answer.cancel(false);
        }
    }

    /** Away from the first loop, which carries the catalog. */
    private EventLoop loop(Instance instance) {
        return loops.owning(loops.all().size() - 1 + instance.index());
    }
}
