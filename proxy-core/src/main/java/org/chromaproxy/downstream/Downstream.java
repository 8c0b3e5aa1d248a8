package org.chromaproxy.downstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.chromaproxy.access.Access;
import org.chromaproxy.access.Principal;
import org.chromaproxy.access.client.ClientSocket;
import org.chromaproxy.access.client.RateTable;
import org.chromaproxy.admit.ConnectionBound;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.completion.Completions;
import org.chromaproxy.completion.Ending;
import org.chromaproxy.completion.Place;
import org.chromaproxy.exchange.ClientConnection;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.RequestBody;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.http.FramingGuard;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.http.ServerCodec;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.transport.PeerState;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: takes requests one at a time, in order, and reads the next only when the last is answered.
 * Confined to its event loop.
 */
final class Downstream extends ChannelInboundHandlerAdapter implements ClientConnection, Watchdog.Watched {
    /** Between two looks whether the log may be used again. */
    private static final long LOG_POLL_MS = 20;
    /** How long the rest of a refused body may pause; it is read so that the client gets to see the refusal. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** How long one that may ask for the probes only has for it. */
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Router router;
    private final ExchangeServices services;
    private ForwardedHeaders.Client client = new ForwardedHeaders.Client("", false);
    private ClientSocket socket = ClientSocket.NONE;
    private final Pace pace;
    private final Uptake uptake = new Uptake();
    private final Turnstile turnstile;
    private final ServerCodec codec;
    private Access.Decision decision = Access.ANYONE;
    /** The client's address as it counts where there are no tokens. */
    private String network = "";

    private PrincipalUse use = PrincipalUse.unbounded();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange exchange;
    private @Nullable RequestBody body;
    private boolean bodyComplete = true;
    private boolean closing;
    private boolean headRefused;
    private Place place = Place.NONE;
    /** Where the request waits for its turn; its body waits in the socket. */
    private final Line line;
    /** While the way is being chosen nobody takes the body yet: reading waits until that is done. */
    private boolean routing;
    /** While a message is being taken, what follows its answer has to wait. */
    private boolean taking;
    /** The client has ended its side, and everything it sent before has come. */
    private boolean inputEnded;
    /** The whole request is here and waits for that, because its client is known to have ended its side. */
    private boolean awaitingEnd;

    private boolean moreWanted;
    private long lastProgress = System.nanoTime();
    private final Watchdog watchdog;
    private final ConnectionBound.Place seat;
    private final Untaken untaken;
    /**
     * @param seat its place among all connections
     * @param turnstile what has come and waits
     * @param codec what has come and is not decoded
     */
    Downstream(
            Router router,
            ExchangeServices services,
            Watchdog watchdog,
            ConnectionBound.Place seat,
            Turnstile turnstile,
            ServerCodec codec) {
        this.router = router;
        this.services = services;
        this.turnstile = turnstile;
        this.codec = codec;
        this.watchdog = watchdog;
        this.seat = seat;
        this.line = new Line(services);
        this.untaken = new Untaken(services.admission().memory().answers());
        this.pace = new Pace(
                () -> services.admission().access().settings().headMs(),
                () -> services.limits().stallMs());
    }

    /** How many bytes the next read of the socket may take. */
    int mostToRead() {
        if (!codec.inBody()) {
            return ReceiveSizes.HEAD_BYTES;
        }
        RequestBody receiver = body;
        return receiver == null ? Integer.MAX_VALUE : receiver.room();
    }

    /** Whether it is between two requests and will take another. */
    private boolean idle() {
        return exchange == null && !closing;
    }

    @Override
    public ForwardedHeaders.Client client() {
        return client;
    }

    @Override
    public Access.Decision decision() {
        return decision;
    }

    @Override
    public PrincipalUse use() {
        return use;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        socket = ClientSocket.of(ctx.channel());
        client = new ForwardedHeaders.Client(socket.address(), socket.tls());
        network = RateTable.network(client.address());
        watchdog.add(ctx.executor(), this);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        lastProgress = System.nanoTime();
        boolean within = taking;
        taking = true;
        switch (msg) {
            case HttpRequest request -> begin(ctx, request);
            case HttpContent content -> content(ctx, content);
            default -> ReferenceCountUtil.release(msg);
        }
        taking = within;
        if (inputEnded && !taking) {
            inputEnds(ctx);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        bodyComplete = false;
        pace.begin();
        Exchange started = router.begin(ctx, request, this);
        exchange = started;
        decision = services.admission().access().decide(request, started.route(), socket);
        started.trail().principal(decision.principal().name());
        if (decision.refusal().isPresent()) {
            refuse(ctx, request, started, decision.refusal().get());
            return;
        }
        if (seat.probesOnly()) {
            closing = true;
            if (!Router.asksWhetherItLives(request)) {
                refuse(ctx, request, started, ErrorResponses.of(ProxyError.TOO_MANY_CONNECTIONS));
                return;
            }
        }
        Principal principal = decision.principal();
        use = services.admission().principals().of(principal.name(), principal.limits(), network);
        if (started.route().kind() == RouteKind.OWN) {
            services.admission().requests().enterOwn();
            place = Place.OWN;
            route(ctx, request, started);
        } else {
            line.enter(ctx.executor(), use, new Asker(ctx, request, started, () -> route(ctx, request, started)));
        }
    }

    /** A request that asks for its turn. */
    private final class Asker implements Line.Asking {
        private final ChannelHandlerContext ctx;
        private final HttpRequest request;
        private final Exchange started;
        private final Runnable next;

        Asker(ChannelHandlerContext ctx, HttpRequest request, Exchange started, Runnable next) {
            this.ctx = ctx;
            this.request = request;
            this.started = started;
            this.next = next;
        }

        @Override
        public boolean open() {
            return exchange == started && started.open();
        }

        @Override
        public void entered(Place taken) {
            place = taken;
            lastProgress = System.nanoTime();
            next.run();
        }

        @Override
        public void refused(FullHttpResponse refusal) {
            refuse(ctx, request, started, refusal);
        }
    }

    private void refuse(ChannelHandlerContext ctx, HttpRequest request, Exchange refused, FullHttpResponse refusal) {
        body = null;
        refused.respond(refusal);
        ctx.read();
        if (request instanceof HttpContent content) {
            content(ctx, content);
        }
    }

    private void route(ChannelHandlerContext ctx, HttpRequest request, Exchange started) {
        if (router.awaitsLog(started)) {
            long patience = TimeUnit.MILLISECONDS.toNanos(services.limits().logMs());
            awaitLog(ctx, request, started, System.nanoTime() + patience);
        } else {
            choose(ctx, request, started);
        }
    }

    /** A list has its turn only now: while nothing can be served it keeps no other from it. */
    private void choose(ChannelHandlerContext ctx, HttpRequest request, Exchange started) {
        if (started.route().kind().lists()) {
            line.enterLists(ctx.executor(), use, new Asker(ctx, request, started, () -> take(ctx, request, started)));
        } else {
            take(ctx, request, started);
        }
    }

    /** PostgreSQL fails over, or this host stood still: nothing of the request is read meanwhile. */
    private void awaitLog(ChannelHandlerContext ctx, HttpRequest request, Exchange started, long until) {
        ctx.executor()
                .schedule(
                        () -> {
                            if (exchange != started || !started.open()) {
                                return;
                            }
                            if (router.awaitsLog(started) && System.nanoTime() - until < 0) {
                                awaitLog(ctx, request, started, until);
                                return;
                            }
                            lastProgress = System.nanoTime();
                            choose(ctx, request, started);
                        },
                        LOG_POLL_MS,
                        TimeUnit.MILLISECONDS);
    }

    private void take(ChannelHandlerContext ctx, HttpRequest request, Exchange started) {
        routing = true;
        body = router.route(started);
        routing = false;
        if (HttpUtil.is100ContinueExpected(request) && body != null && !started.finished()) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        if (body == null || moreWanted) {
            moreWanted = false;
            ctx.read();
        }
        if (request instanceof HttpContent content) {
            content(ctx, content);
        }
    }

    private void content(ChannelHandlerContext ctx, HttpContent content) {
        ByteBuf bytes = content.content();
        if (exchange != null) {
            exchange.trail().received(bytes.readableBytes());
        }
        RequestBody receiver = body;
        pace.received(bytes.readableBytes());
        boolean last = content instanceof LastHttpContent;
        bodyComplete |= last;
        if (receiver != null && bytes.isReadable()) {
            receiver.content(bytes);
        } else {
            bytes.release();
            if (!last) {
                ctx.read();
            }
        }
        if (last) {
            complete(ctx, receiver);
        }
    }

    /** As Chroma: a request whose client has ended its side by now, and has sent nothing behind it, is not carried out. */
    private void complete(ChannelHandlerContext ctx, @Nullable RequestBody receiver) {
        Exchange current = exchange;
        if (receiver == null || current == null || current.finished()) {
            if (receiver != null) {
                receiver.complete();
            }
            next();
        } else if (inputEnded && !anotherBehind()) {
            ctx.close();
        } else if (!inputEnded && Router.changes(current) && PeerState.hasEnded(ctx.channel())) {
            awaitingEnd = true;
        } else {
            seat.working(true);
            receiver.complete();
            next();
        }
    }

    /** Whether something of a further request is here; to be asked when the present one is here whole. */
    private boolean anotherBehind() {
        return turnstile.holdsRequest() || !codec.between();
    }

    /** After the end of the client's side: decodes what has come until something is there; whether it is. */
    private boolean cameBefore(BooleanSupplier something) {
        boolean more = true;
        while (more && !something.getAsBoolean()) {
            more = codec.advance();
        }
        return something.getAsBoolean();
    }

    /**
     * The client has ended its side: it may be gone, or wait for its answer; servers cannot tell. As Chroma, what is whole
     * and has nothing behind it is neither carried out nor answered, unless it was logged; a body that was cut off is
     * refused; what has another request behind it is served.
     */
    private void inputEnds(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (codec.decoding()) {
            ctx.executor().execute(() -> inputEnds(ctx));
        } else if (current == null) {
            if (!cameBefore(turnstile::holdsRequest) && exchange == null) {
                closeBehindAnswers(ctx);
            }
        } else if (!bodyComplete && !cameBefore(turnstile::holdsEnd)) {
            cutOff(current);
        } else if (!current.finished() && !anotherBehind()) {
            ctx.close();
        } else if (awaitingEnd) {
            awaitingEnd = false;
            complete(ctx, body);
        }
    }

    private void cutOff(Exchange current) {
        RequestBody receiver = body;
        body = null;
        bodyComplete = true;
        closing = true;
        line.leave();
        // Of thousands that leave at once each has been read to its end.
        turnstile.clear();
        codec.drop();
        if (receiver != null) {
            receiver.gone();
        }
        if (current.finished()) {
            next();
        } else if (current.headSent()) {
            current.abort();
        } else {
            current.trail().refused(ProxyError.BODY_CUT_OFF);
            current.fail(ProxyError.BODY_CUT_OFF);
        }
    }

    private static void closeBehindAnswers(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof FramingGuard.BodyBroken broken) {
            Exchange current = exchange;
            if (current != null && !current.headSent()) {
                current.trail().refused(broken.error());
            }
            // The guard answers and closes; whoever took the body must not act on a part of it.
            RequestBody receiver = body;
            body = null;
            closing = true;
            if (receiver != null) {
                receiver.gone();
            }
        } else if (event instanceof FramingGuard.HeadRefused refused) {
            completions().feed().refused(client, refused.error());
        }
        // A request may be on its way already: it is still answered.
        closing |= event == Draining.NOW;
        if (event == InputEnd.Reached.NOW) {
            inputEnded = true;
            inputEnds(ctx);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void more(Exchange asking) {
        ChannelHandlerContext ctx = context;
        if (routing) {
            moreWanted = true;
        } else if (ctx != null && asking == exchange && !bodyComplete) {
            // Once it has all, the next message would be the next request, whose answer would overtake this one's.
            ctx.read();
        }
    }

    @Override
    public boolean keepAlive(HttpRequest request) {
        // Answered before a body of unknown or large size has come: reading it all only to stay open is not worth it.
        closing |= !bodyComplete && !Pace.smallBody(request);
        return !closing && HttpUtil.isKeepAlive(request);
    }

    @Override
    public void finished(Exchange done, Ending how) {
        ended(done, done.status(), how);
        // Before the rest of its body is read and dropped: with its end the next request may begin.
        closing |= !HttpUtil.isKeepAlive(done.request());
        if (!bodyComplete) {
            body = null;
            done.more();
        }
        if (taking) {
            done.loop().execute(this::next);
        } else {
            next();
        }
    }

    private void ended(Exchange done, int status, Ending how) {
        Place taken = place;
        place = Place.NONE;
        long nanos = System.nanoTime() - done.startedNanos();
        completions().ended(done.route().kind(), taken, use, status, nanos, done.trail(), how);
    }

    private Completions completions() {
        return services.admission().completions();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** Goes on to the next request, or closes, once request and response are both complete. */
    private void next() {
        ChannelHandlerContext ctx = context;
        Exchange current = exchange;
        if (ctx == null || current == null || !bodyComplete || !current.finished()) {
            return;
        }
        if (inputEnded && codec.decoding()) {
            ctx.executor().execute(this::next);
            return;
        }
        exchange = null;
        body = null;
        seat.working(false);
        codec.requestEnded();
        lastProgress = System.nanoTime();
        if (closing || (inputEnded && !cameBefore(turnstile::holdsRequest))) {
            closeBehindAnswers(ctx);
        } else if (Untaken.pending(ctx.channel()) == 0) {
            ctx.read();
        } else {
            untaken.await(ctx.pipeline().context(codec), () -> {
                if (idle()) {
                    ctx.read();
                }
            });
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        if (!untaken.reserve(ctx.channel())) {
            ctx.close();
        } else if (body != null) {
            body.writabilityChanged(writable);
        } else if (idle() && writable && !untaken.awaited()) {
            ctx.read();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        watchdog.remove(ctx.executor(), this);
        untaken.close();
        line.leave();
        Exchange current = exchange;
        RequestBody receiver = body;
        exchange = null;
        body = null;
        if (current != null) {
            if (!current.finished()) {
                ended(current, 0, Ending.CLIENT_LEFT);
            }
            current.gone();
        }
        if (receiver != null) {
            receiver.gone();
        }
    }

    @Override
    public void look() {
        ChannelHandlerContext ctx = context;
        if (ctx != null && ctx.channel().isActive()) {
            watch(ctx);
        }
    }

    /** Idle connections, stalled bodies, refused bodies that never end, and answers that are not taken. */
    private void watch(ChannelHandlerContext ctx) {
        long quiet = System.nanoTime() - lastProgress;
        if (uptake.stalled(ctx.channel(), untaken.awaited(), services.limits().stallMs())) {
            if (exchange != null) {
                services.admission().requests().countTimeout();
            }
            ctx.close();
        } else if (exchange == null) {
            if (headRefused || quiet > (seat.probesOnly() ? PROBE_NANOS : idleNanos())) {
                ctx.close();
            } else if (pace.headTooSlow(turnstile.waits() && !codec.between())) {
                headRefused = true;
                closing = true;
                ctx.writeAndFlush(ErrorResponses.closing(ProxyError.CLIENT_STALLED))
                        .addListener(ChannelFutureListener.CLOSE);
                completions().feed().refused(client, ProxyError.CLIENT_STALLED);
            }
        } else if (awaitingEnd || (!bodyComplete && exchange.finished())) {
            if (pace.lingersTooLong() || quiet > LINGER_NANOS) {
                ctx.close();
            }
        } else if (!bodyComplete
                && body != null
                && body.reading()
                && (pace.bodyTooSlow(body.contended())
                        || quiet
                                > TimeUnit.MILLISECONDS.toNanos(
                                        services.limits().stallMs()))) {
            Exchange stalled = exchange;
            body.gone();
            body = null;
            closing = true;
            stalled.fail(ProxyError.CLIENT_STALLED);
            ctx.close();
        }
    }

    private long idleNanos() {
        long ms = services.admission().access().settings().connection().idleMs();
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    /** A broken connection is closed; anything else is the proxy's own fault, and told if it still can be. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Exchange current = exchange;
        boolean words = Failure.leavesWords(cause, services.admission().memory());
        if (!words || current == null || current.finished() || current.headSent()) {
            ctx.close();
            return;
        }
        RequestBody receiver = body;
        body = null;
        closing = true;
        if (receiver != null) {
            receiver.gone();
        }
        current.fail(ProxyError.INTERNAL);
    }
}
