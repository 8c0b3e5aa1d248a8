package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.completion.Mark;
import org.chromaproxy.exchange.Collected;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.RequestBody;
import org.chromaproxy.exchange.SharedPlace;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.upstream.ContentCoding;
import org.chromaproxy.upstream.UpstreamConnection;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamListener;
import org.jspecify.annotations.Nullable;

/**
 * A read: streamed through on one event loop, with backpressure both ways. Goes to another instance once if the first
 * fails before its first byte and the request is still at hand.
 */
public final class ReadExchange implements RequestBody {
    /** A body of up to so many bytes that may hold a filter is here whole before a server is asked. */
    private static final int FILTER_BYTES = 64 << 10;
    /** So long a heavy read waits for a server that leads nothing. */
    private static final long ASIDE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Exchange exchange;
    private final ExchangeServices services;
    private final ReadTarget target;
    private final Rewriting rewriting;
    private final ReadAnswers answers;
    private final ReadBounds bounds;
    private final SharedPlace place;
    private final ReadRequest request;
    private final ReadTries tries = new ReadTries();
    private long deadline;
    /** Whether the body is waited for before a server is asked. */
    private boolean collecting;
    /** Its filter keeps a server busy. */
    private @Nullable HeavyTurn heavy;

    private long asideUntil;
    /** With a server's answer to a heavy read that nobody wants any more. */
    private @Nullable UpstreamConnection orphan;

    private boolean requestComplete;
    private boolean clientGone;
    private @Nullable UpstreamConnection upstream;
    private final HeldAnswer held;
    /** Of what is collected of the request, and held of the answer. */
    private @Nullable Collected memory;

    public ReadExchange(Exchange exchange, ExchangeServices services, ReadTarget target, Rewriting rewriting) {
        this.exchange = exchange;
        this.services = services;
        this.target = target;
        this.rewriting = rewriting;
        this.place = new SharedPlace(exchange);
        this.answers =
                new ReadAnswers(exchange.route().kind(), exchange.request().uri());
        this.bounds = new ReadBounds(exchange);
        this.request = new ReadRequest(exchange);
        this.held = new HeldAnswer(exchange.alloc(), size -> memory().reserve(size));
        this.deadline = System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(services.limits().readWaitMs());
    }

    public ReadExchange start() {
        collecting = bounds.filtered() && HttpUtil.getContentLength(exchange.request(), -1L) <= FILTER_BYTES;
        if (collecting) {
            exchange.more();
        } else {
            connect();
        }
        return this;
    }

    private void connect() {
        place.end();
        if (clientGone) {
            return;
        }
        boolean serving = services.admission().serving().getAsBoolean();
        Optional<Instance> chosen = serving ? choose() : Optional.empty();
        if (chosen.isEmpty()) {
            waitForInstance();
            return;
        }
        Instance instance = chosen.get();
        if (target.collection().isEmpty()) {
            acquire(instance);
            return;
        }
        place.take(
                services.proxy().work().writes().share(instance),
                services.limits().readWaitMs(),
                () -> {
                    // It may have waited.
                    if (instance.usable() && target.readable(instance)) {
                        acquire(instance);
                    } else {
                        connect();
                    }
                });
    }

    private void acquire(Instance instance) {
        services.upstream()
                .pool(exchange.loop(), instance)
                .acquire(connection -> send(connection, instance), cause -> unreachable(instance));
    }

    private Optional<Instance> choose() {
        return heavy == null
                ? target.choose(tries.failed())
                : target.chooseAside(tries.failed(), System.nanoTime() - asideUntil > 0);
    }

    /** The body has come whole. */
    private void begin() {
        if (!bounds.heavy()) {
            connect();
            return;
        }
        HeavyTurn turn = new HeavyTurn(exchange, services.admission().heavyReads());
        heavy = turn;
        turn.take(
                services.limits().admissionMs(),
                () -> {
                    asideUntil = System.nanoTime() + ASIDE_NANOS;
                    deadline = Math.max(deadline, asideUntil + ASIDE_NANOS);
                    connect();
                },
                () -> fail(ProxyError.HEAVY_READS));
    }

    private void fail(ProxyError error) {
        gone();
        exchange.fail(error);
    }

    private void endTurn() {
        if (heavy != null) {
            heavy.end();
        }
    }

    /** The server has had a heavy read for too long. */
    private void giveUp() {
        if (orphan != null) {
            orphan.abort();
            orphan = null;
        }
        if (upstream != null) {
            upstream.abort();
            upstream = null;
        }
        endTurn();
        if (!clientGone) {
            fail(ProxyError.HEAVY_READ_FAILED);
        }
    }

    private void waitForInstance() {
        if (target.gone().isPresent()) {
            release();
            endTurn();
            String text = exchange.route().collection().text();
            boolean byName = exchange.route().kind() == RouteKind.GET_COLLECTION;
            String message = byName ? ProxyError.noCollectionNamed(text) : ProxyError.noCollectionWithId(text);
            exchange.fail(ProxyError.COLLECTION_NOT_FOUND, message);
            return;
        }
        if (System.nanoTime() > deadline) {
            release();
            endTurn();
            services.admission().requests().countTimeout();
            String why = target.standings(tries.failed(), tries.ailing());
            exchange.fail(ProxyError.NO_INSTANCE, "No instance can serve this read now: " + why + ". Retry later.");
            return;
        }
        target.hurry();
        exchange.loop().schedule(this::connect, tries.again(), TimeUnit.MILLISECONDS);
    }

    private void unreachable(Instance instance) {
        tries.unreachable(instance);
        connect();
    }

    private void send(UpstreamConnection connection, Instance instance) {
        if (clientGone || collecting || upstream != null || (heavy != null && !heavy.granted())) {
            if (clientGone) {
                place.end();
            }
            connection.begin(new Attempt(instance));
            connection.abort();
            return;
        }
        upstream = connection;
        if (heavy != null) {
            heavy.begun(instance, this::giveUp);
        }
        exchange.trail().asked(instance.name());
        connection.begin(new Attempt(instance));
        request.begin(connection, instance, target.uri(instance));
        if (requestComplete) {
            request.passEnd(connection);
        } else {
            connection.flush();
            exchange.more();
        }
    }

    @Override
    public void content(ByteBuf content) {
        if (bounds.exceeded(content)) {
            content.release();
            gone();
            bounds.refuse();
            return;
        }
        if (collecting || bounds.heavy()) {
            collect(content);
            return;
        }
        UpstreamConnection connection = upstream;
        if (connection == null) {
            // Only after a failure: kept for the next try.
            request.keep(content.retainedDuplicate());
            content.release();
            if (!request.replayable()) {
                clientGone = true;
                exchange.fail(ProxyError.UPSTREAM_FAILED);
            }
            return;
        }
        request.keep(content.retainedDuplicate());
        if (request.pass(connection, content)) {
            connection.flush();
        }
        if (connection.writable()) {
            exchange.more();
        }
    }

    /** What a server has of a body whose filter turns out to be heavy is given up, before it is whole there. */
    private void collect(ByteBuf content) {
        if (!collecting) {
            collecting = true;
            place.end();
            if (upstream != null) {
                upstream.abort();
                upstream = null;
                held.release();
            }
        }
        int size = content.readableBytes();
        request.keep(content);
        boolean whole = HttpUtil.getContentLength(exchange.request(), -1L) == request.keptBytes();
        if (!request.replayable()) {
            gone();
            bounds.refuseLarge();
        } else if (whole || (memory().reserve(size) && (bounds.heavy() || request.keptBytes() <= FILTER_BYTES))) {
            exchange.more();
        } else if (bounds.heavy()) {
            refuse();
        } else {
            collecting = false;
            releaseCollected();
            connect();
        }
    }

    private void release() {
        request.release();
        releaseCollected();
    }

    private void releaseCollected() {
        held.release();
        if (memory != null) {
            memory.close();
            memory = null;
        }
    }

    private Collected memory() {
        Collected present = memory;
        if (present == null) {
            present = new Collected(services.admission().memory(), exchange.use());
            memory = present;
        }
        return present;
    }

    /** What is collected can be neither held nor changed: there is no memory for it. */
    private void refuse() {
        ProxyError error = memory().refusal();
        gone();
        exchange.fail(error);
    }

    @Override
    public void complete() {
        requestComplete = true;
        if (collecting) {
            collecting = false;
            releaseCollected();
            if (!clientGone) {
                begin();
            }
        } else if (upstream != null) {
            request.passEnd(upstream);
        }
    }

    @Override
    public void gone() {
        clientGone = true;
        place.end();
        release();
        if (upstream != null && heavy != null && heavy.underWay()) {
            // The server goes on with it: the next one waits for that.
            orphan = upstream;
        } else if (upstream != null) {
            upstream.abort();
        }
        upstream = null;
        if (orphan == null) {
            endTurn();
        }
    }

    @Override
    public boolean reading() {
        if (collecting) {
            return true;
        }
        UpstreamConnection connection = upstream;
        return connection != null && !requestComplete && connection.writable();
    }

    /** The client's socket. */
    @Override
    public void writabilityChanged(boolean writable) {
        if (upstream != null) {
            if (exchange.headSent()) {
                upstream.pauseReading(!exchange.writable());
            }
            if (!requestComplete && upstream.writable()) {
                exchange.more();
            }
        }
    }

    /** One try on one instance. */
    private final class Attempt implements UpstreamListener {
        private final Instance instance;

        Attempt(Instance instance) {
            this.instance = instance;
        }

        @Override
        public void head(HttpResponse from) {
            endTurn();
            if (orphan != null) {
                orphan.abort();
                orphan = null;
                return;
            }
            exchange.trail().mark(Mark.FIRST_BYTE);
            place.end();
            ReadAnswers.Worth worth = answers.head(from, target.living());
            if (better(worth, from.status().code()) && upstream != null) {
                upstream.abort();
                failed(new UpstreamException(instance + " answered " + from.status(), false));
                return;
            }
            if (exchange.request().method().equals(HttpMethod.HEAD)) {
                passOn(from, true);
            } else {
                held.begin(from, rewriting.collects(from.status().code()) || ContentCoding.encoded(from.headers()));
            }
        }

        private void passOn(HttpResponse from, boolean bodiless) {
            request.spend();
            // A copy: the decoder still looks at the headers of a message that has not ended.
            HttpHeaders headers = ForwardedHeaders.decoded();
            ForwardedHeaders.response(from.headers(), headers);
            HttpResponse to = new DefaultHttpResponse(HttpVersion.HTTP_1_1, from.status(), headers);
            if (!bodiless && !to.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
                HttpUtil.setTransferEncodingChunked(to, true);
            }
            exchange.head(to);
        }

        /** Whether another try may better it, elsewhere or here a little later; one that may not be passed on ends so, too. */
        private boolean better(ReadAnswers.Worth worth, int status) {
            boolean may = heavy == null && request.replayable() && tries.more();
            if (may && (target.beingDropped(instance) || ReadTarget.betweenDeletes(status))) {
                return true;
            }
            return tries.better(worth, instance, target, may);
        }

        @Override
        public void content(ByteBuf content) {
            if (!held.holding()) {
                passOn(content);
                return;
            }
            switch (held.add(content)) {
                case HELD -> {}
                case BEGUN -> begun();
                case TOO_LARGE -> {
                    gone();
                    exchange.fail(ProxyError.UPSTREAM_FAILED, "The instance's answer is too large to be translated.");
                }
                case NO_MEMORY -> refuse();
            }
        }

        private void passOn(ByteBuf content) {
            exchange.content(content);
            if (!exchange.writable() && upstream != null) {
                upstream.pauseReading(true);
            }
        }

        /** As much of a large answer is here as tells whose it is. */
        private void begun() {
            HttpResponse head = held.head();
            ByteBuf beginning = held.take();
            if (answers.begins(head, beginning)) {
                passOn(head, false);
                passOn(beginning);
                return;
            }
            beginning.release();
            if (upstream != null) {
                upstream.abort();
            }
            foreign(head);
        }

        private void foreign(HttpResponse head) {
            instance.rest();
            failed(new UpstreamException(instance + " answered " + head.status() + " otherwise than Chroma", false));
        }

        @Override
        public void end() {
            upstream = null;
            exchange.trail().mark(Mark.WHOLE);
            if (!held.holding()) {
                exchange.end();
                return;
            }
            HttpResponse head = held.head();
            if (request.replayable() && tries.more() && target.beingDropped(instance)) {
                failed(new UpstreamException(instance + " is deleting it", false));
                return;
            }
            if (!roomToChange(head)) {
                refuse();
                return;
            }
            ByteBuf whole = held.take();
            if (ContentCoding.encoded(head.headers())) {
                whole = ReadAnswers.decoded(head, whole, decodedMost());
            }
            if (ContentCoding.encoded(head.headers()) || !answers.body(head, whole)) {
                whole.release();
                foreign(head);
                return;
            }
            if (heavy == null && request.replayable() && ReadAnswers.blamesServer(head, whole)) {
                whole.release();
                ailing();
                return;
            }
            request.release();
            if (rewriting.collects(head.status().code())) {
                whole = rewritten(head.status().code(), whole);
            }
            releaseCollected();
            exchange.respond(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    head.status(),
                    whole,
                    ForwardedHeaders.response(head.headers()),
                    EmptyHttpHeaders.INSTANCE));
        }

        /** Whether a large answer can be held once more, decoded and changed. */
        private boolean roomToChange(HttpResponse head) {
            if (ContentCoding.encoded(head.headers())) {
                return memory().reserve(decodedMost());
            }
            return held.size() <= HeldAnswer.WHOLE_BYTES || memory().reserve(held.size());
        }

        private int decodedMost() {
            return (int) Math.min(HeldAnswer.MOST_BYTES, memory().mostOfOne() / 4);
        }

        private ByteBuf rewritten(int status, ByteBuf whole) {
            byte[] body = ByteBufUtil.getBytes(whole);
            whole.release();
            return Unpooled.wrappedBuffer(
                    rewriting.apply(status, body, services.proxy().catalog(), target.collection()));
        }

        @Override
        public void failed(UpstreamException cause) {
            place.end();
            endTurn();
            if (orphan != null) {
                orphan = null;
                return;
            }
            upstream = null;
            held.release();
            tries.failure(instance);
            if (exchange.headSent()) {
                exchange.abort();
            } else if (heavy != null) {
                fail(ProxyError.HEAVY_READ_FAILED);
            } else if (!request.replayable() || !tries.more()) {
                release();
                String message = "The read failed: " + cause.getMessage() + ". Nothing was changed; retry.";
                exchange.fail(ProxyError.UPSTREAM_FAILED, message);
            } else {
                releaseCollected();
                connect();
            }
        }

        /** Its disk or database fails, which says nothing of the read: it waits for another, or for this one to be well. */
        private void ailing() {
            releaseCollected();
            instance.rest();
            tries.ailment(instance);
            connect();
        }

        @Override
        public void writabilityChanged(boolean writable) {
            if (writable && !requestComplete) {
                exchange.more();
            }
        }
    }
}
