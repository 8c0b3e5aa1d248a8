package org.chromaproxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.metrics.Timings;
import org.chromaproxy.time.Clock;
import org.chromaproxy.tls.ClientTls;
import org.chromaproxy.transport.EventLoops;
import org.jspecify.annotations.Nullable;

/** The way to the instances from any event loop. The pools themselves stay confined to their loops. */
public final class UpstreamClient {
    private static final int CONNECTIONS_PER_LOOP = 256;
    /** Answers taken whole are small, or pages asked for in a bounded size; anything beyond is refused. */
    public static final AnswerMemory WHOLE =
            AnswerMemory.upTo((int) Math.min(256 << 20, Runtime.getRuntime().maxMemory() / 4));

    /** Bytes of a body that are handed to a socket at once. */
    private static final int SLICE = 256 << 10;

    private final Map<EventLoop, UpstreamPool[]> pools = new LinkedHashMap<>();
    /** By index of the instance. */
    private final List<LaneConnections> lanes;

    private final Timings timings;
    private final PoolStats stats;
    private volatile Recogniser recogniser = (instance, loop) -> CompletableFuture.completedFuture(Optional.empty());
    private volatile Consumer<Instance> onRestart = instance -> {};

    /** Without TLS: no instance may have an {@code https} address. */
    public UpstreamClient(EventLoops loops, Instances instances, Consumer<Instance> onTrouble) {
        this(loops, instances, onTrouble, Optional.empty());
    }

    /** With as many connections for lanes as by default. */
    public UpstreamClient(
            EventLoops loops, Instances instances, Consumer<Instance> onTrouble, Optional<ClientTls> tls) {
        this(loops, instances, onTrouble, tls, LaneBound.DEFAULT);
    }

    /**
     * @param onTrouble called on an event loop when a connection to that instance is refused or breaks
     * @param tls for instances with an {@code https} address
     * @param bound how many connections lanes and copies have
     */
    public UpstreamClient(
            EventLoops loops,
            Instances instances,
            Consumer<Instance> onTrouble,
            Optional<ClientTls> tls,
            LaneBound bound) {
        timings = new Timings(instances.size());
        stats = new PoolStats(timings);
        UpstreamPool.Shared shared = new UpstreamPool.Shared(
                loops.transport(),
                stats,
                tls,
                UpstreamPool.RESOLVER,
                UpstreamPool.LINE_TIMEOUT_MS,
                Clock.SYSTEM::nanoTime,
                UpstreamPool.IDLE_MS);
        lanes = instances.stream().map(_ -> new LaneConnections(bound)).toList();
        List<Recognition> recognitions = instances.stream()
                .map(instance -> new Recognition(instance, this::recognise, this::restarted))
                .toList();
        for (EventLoop loop : loops.all()) {
            UpstreamPool[] own = new UpstreamPool[instances.size()];
            for (Instance instance : instances) {
                LaneConnections ofLanes = lanes.get(instance.index());
                own[instance.index()] = new UpstreamPool(
                        instance,
                        loop,
                        CONNECTIONS_PER_LOOP,
                        () -> onTrouble.accept(instance),
                        recognitions.get(instance.index()),
                        ofLanes,
                        shared);
                ofLanes.join(own[instance.index()]);
            }
            pools.put(loop, own);
        }
    }

    /**
     * From now on, new connections to usable instances are used after that has looked at them.
     *
     * @param restarted called on an event loop when all connections to an instance were closed by it
     */
    public void recognise(Recogniser now, Consumer<Instance> restarted) {
        recogniser = now;
        onRestart = restarted;
    }

    private void restarted(Instance instance) {
        onRestart.accept(instance);
    }

    private CompletableFuture<Optional<String>> recognise(Instance instance, EventLoop loop) {
        return recogniser.look(instance, loop);
    }

    /** Counters over all pools. */
    public PoolStats stats() {
        return stats;
    }

    /** How long everything takes. */
    public Timings timings() {
        return timings;
    }

    /** Asks every loop for its connections; each answers within that time. */
    public List<CompletableFuture<LoopCensus>> census(long time, TimeUnit unit) {
        List<CompletableFuture<LoopCensus>> census = new ArrayList<>();
        pools.forEach((loop, own) -> census.add(LoopCensus.of(census.size(), loop, counts(own), time, unit)));
        return census;
    }

    private static List<Supplier<LoopCensus.PoolCount>> counts(UpstreamPool[] pools) {
        return Arrays.stream(pools)
                .<Supplier<LoopCensus.PoolCount>>map(pool -> pool::count)
                .toList();
    }

    /** Most connections to one instance, beside a few of the proxy's own. */
    public int maxConnections() {
        return pools.size() * CONNECTIONS_PER_LOOP + lanes.getFirst().most();
    }

    /** The connections to an instance that lanes and copies have, and who waits for one. */
    public LaneConnections ofLanes(Instance instance) {
        return lanes.get(instance.index());
    }

    /** The pool of {@code loop}, to be used on that loop only. */
    public UpstreamPool pool(EventLoop loop, Instance instance) {
        UpstreamPool[] own = pools.get(loop);
        if (own == null) {
            throw new IllegalArgumentException("not one of the proxy's event loops");
        }
        return own[instance.index()];
    }

    /** Resets all connections to an instance, on their own loops. What waits for one ends, never sent. */
    public void reset(Instance instance) {
        ofLanes(instance)
                .failWaiting(new UpstreamException("the connections to " + instance + " were reset before use", true));
        pools.values().forEach(own -> own[instance.index()].reset());
    }

    /**
     * Sends a request and collects its answer. May be called from any thread; the future completes on {@code loop}, with
     * an {@link UpstreamException} when there is no complete answer.
     *
     * @param timeoutMs 0 for none: then only the answer or the end of the connection completes it
     */
    public CompletableFuture<UpstreamResponse> send(
            EventLoop loop, Instance instance, UpstreamRequest request, long timeoutMs) {
        return send(loop, instance, request, timeoutMs, WHOLE);
    }

    /**
     * The same with what the answer takes in an account. Whoever gets the answer gives back as many bytes as its body has; if
     * there is none, everything is given back here. Cancelled, the request is given up.
     *
     * @param memory of the answer's body; an answer that has no room there is given up
     */
    public CompletableFuture<UpstreamResponse> send(
            EventLoop loop, Instance instance, UpstreamRequest request, long timeoutMs, AnswerMemory memory) {
        return send(loop, instance, request, timeoutMs, memory, ConnectionUse.READS);
    }

    /**
     * The same for lanes and copies: they have connections of their own, and where all of these are taken the request waits in
     * line. What ends there was never sent.
     *
     * @param timeoutMs the time in line included; 0 for none
     */
    public CompletableFuture<UpstreamResponse> sendInLine(
            EventLoop loop, Instance instance, UpstreamRequest request, long timeoutMs, AnswerMemory memory) {
        Collector collector = new Collector(new CompletableFuture<>(), memory);
        CompletableFuture<UpstreamResponse> future = collector.future;
        limit(loop, instance, timeoutMs, collector);
        LaneConnections.Place place = ofLanes(instance)
                .enter(
                        loop,
                        () -> begin(loop, instance, request, collector, ConnectionUse.LANES),
                        future::completeExceptionally);
        future.whenComplete((_, _) -> place.leave());
        return future;
    }

    /** The same for a lane's write whose turn it is: so many have one that it waits for no connection. */
    public CompletableFuture<UpstreamResponse> sendInTurn(EventLoop loop, Instance instance, UpstreamRequest request) {
        return send(loop, instance, request, 0, WHOLE, ConnectionUse.LANES);
    }

    /**
     * As {@link #send(EventLoop, Instance, UpstreamRequest, long)}, of whatever answers at the instance's address: for the looks
     * that tell whether it still is the instance.
     */
    public CompletableFuture<UpstreamResponse> ask(
            EventLoop loop, Instance instance, UpstreamRequest request, long timeoutMs) {
        return ask(loop, instance, request, timeoutMs, WHOLE);
    }

    /** The same with what the answer takes in an account. */
    public CompletableFuture<UpstreamResponse> ask(
            EventLoop loop, Instance instance, UpstreamRequest request, long timeoutMs, AnswerMemory memory) {
        return send(loop, instance, request, timeoutMs, memory, ConnectionUse.OWN);
    }

    private CompletableFuture<UpstreamResponse> send(
            EventLoop loop,
            Instance instance,
            UpstreamRequest request,
            long timeoutMs,
            AnswerMemory memory,
            ConnectionUse use) {
        Collector collector = new Collector(new CompletableFuture<>(), memory);
        limit(loop, instance, timeoutMs, collector);
        if (loop.inEventLoop()) {
            begin(loop, instance, request, collector, use);
        } else {
            loop.execute(() -> begin(loop, instance, request, collector, use));
        }
        return collector.future;
    }

    /** It ends when it is cancelled, or has taken so long. */
    private static void limit(EventLoop loop, Instance instance, long timeoutMs, Collector collector) {
        CompletableFuture<UpstreamResponse> future = collector.future;
        future.whenComplete((answer, error) -> {
            if (error instanceof CancellationException) {
                loop.execute(collector::abort);
            }
        });
        if (timeoutMs > 0) {
            Future<?> timer = loop.schedule(
                    () -> collector.expire(instance + " did not answer within " + timeoutMs + " ms"),
                    timeoutMs,
                    TimeUnit.MILLISECONDS);
            future.whenComplete((answer, error) -> timer.cancel(false));
        }
    }

    private void begin(
            EventLoop loop, Instance instance, UpstreamRequest request, Collector collector, ConnectionUse use) {
        CompletableFuture<UpstreamResponse> future = collector.future;
        if (future.isDone()) {
            return;
        }
        pool(loop, instance)
                .acquireReserved(
                        connection -> {
                            if (future.isDone()) {
                                connection.close();
                                return;
                            }
                            collector.connection = connection;
                            connection.begin(collector);
                            collector.send(connection, request, instance);
                        },
                        future::completeExceptionally,
                        use);
    }

    private static final class Collector implements UpstreamListener {
        private final CompletableFuture<UpstreamResponse> future;
        private final AnswerMemory memory;
        private final WholeAnswer body;
        private long announced = -1;
        private HttpHeaders headers = new DefaultHttpHeaders();
        private int status;
        private @Nullable UpstreamConnection connection;

        /** What is left to be sent; null when nothing is. */
        private byte @Nullable [] rest;

        private int sent;

        Collector(CompletableFuture<UpstreamResponse> future, AnswerMemory memory) {
            this.future = future;
            this.memory = memory;
            this.body = new WholeAnswer(memory);
        }

        /** A large body goes slice by slice, as the socket takes them: sockets copy what they are given. */
        void send(UpstreamConnection to, UpstreamRequest request, Instance instance) {
            if (request.body().length <= SLICE) {
                to.send(request.toNetty(instance));
                return;
            }
            rest = request.body();
            to.send(request.head(instance));
            sendRest();
        }

        /** A flush can make the socket writable again, which calls this anew: what is left is looked at in every turn. */
        private void sendRest() {
            UpstreamConnection to = connection;
            byte[] left = rest;
            while (to != null && left != null && to.writable() && !future.isDone()) {
                int start = sent;
                sent += Math.min(SLICE, left.length - start);
                boolean last = sent == left.length;
                if (last) {
                    rest = null;
                }
                to.send(new DefaultHttpContent(Unpooled.wrappedBuffer(left, start, sent - start)));
                if (last) {
                    to.send(LastHttpContent.EMPTY_LAST_CONTENT);
                } else {
                    to.flush();
                }
                left = rest;
            }
        }

        void expire(String why) {
            boolean sent = connection != null;
            abort();
            future.completeExceptionally(new UpstreamException(why, !sent));
        }

        void abort() {
            UpstreamConnection from = connection;
            if (from != null) {
                from.abort();
            }
            body.drop();
        }

        private void giveUp(UpstreamException why) {
            abort();
            future.completeExceptionally(why);
        }

        @Override
        public void head(HttpResponse head) {
            status = head.status().code();
            headers = head.headers();
            announced = HttpUtil.getContentLength(head, -1L);
        }

        @Override
        public void content(ByteBuf content) {
            if (body.beyond(content.readableBytes(), announced)) {
                content.release();
                giveUp(UpstreamException.beyond(memory.most()));
            } else if (!body.add(content, announced)) {
                giveUp(new UpstreamException("there is no memory for the answer", false));
            }
        }

        @Override
        public void end() {
            connection = null;
            if (!body.trim()) {
                giveUp(new UpstreamException("there is no memory for the answer", false));
                return;
            }
            byte[] whole = body.take();
            byte[] plain = ContentCoding.encoded(headers) ? decoded(whole) : whole;
            // One that cannot be decoded says of itself that it is no JSON.
            if (!future.complete(new UpstreamResponse(status, headers, plain))) {
                memory.release(plain.length);
            }
        }

        private byte[] decoded(byte[] whole) {
            int most = memory.most();
            if (!memory.reserve(most)) {
                return whole;
            }
            Optional<byte[]> plain = ContentCoding.decode(headers, whole, most);
            memory.release(
                    most - plain.map(bytes -> bytes.length - whole.length).orElse(0));
            plain.ifPresent(_ -> headers = headers.copy().remove(HttpHeaderNames.CONTENT_ENCODING));
            return plain.orElse(whole);
        }

        @Override
        public void failed(UpstreamException cause) {
            body.drop();
            future.completeExceptionally(cause);
        }

        @Override
        public void writabilityChanged(boolean writable) {
            if (writable) {
                sendRest();
            }
        }
    }
}
