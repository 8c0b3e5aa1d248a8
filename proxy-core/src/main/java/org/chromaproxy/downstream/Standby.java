package org.chromaproxy.downstream;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.access.Access;
import org.chromaproxy.access.client.ClientSocket;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.completion.Ending;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.completion.Trail;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.http.FramingGuard;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.http.TraceContext;
import org.chromaproxy.route.Route;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.route.Routes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client connection while another proxy owns the log: says so, and nothing else. Confined to its event loop. */
final class Standby extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Standby.class);
    /** A request must be whole so long after the one before it was answered, however it comes. */
    static final long REQUEST_SECONDS = 30;

    private final OwnEndpoints endpoints;
    private final Access access;
    private final Feed feed;
    private ForwardedHeaders.Client client = new ForwardedHeaders.Client("", false);
    private ClientSocket socket = ClientSocket.NONE;
    private Trail trail = Trail.NONE;
    private boolean informed;
    private @Nullable FullHttpResponse refusal;
    private HttpMethod method = HttpMethod.GET;
    private String uri = "/";
    private Route route = Routes.ofRequest(method, uri);
    private boolean keepAlive;
    /** The next request waits in the socket until the client has taken enough of the answers before. */
    private boolean untaken;

    private @Nullable ScheduledFuture<?> deadline;

    Standby(OwnEndpoints endpoints, Access access, Feed feed) {
        this.feed = feed;
        this.endpoints = endpoints;
        this.access = access;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        socket = ClientSocket.of(ctx.channel());
        client = new ForwardedHeaders.Client(socket.address(), socket.tls());
        awaitRequest(ctx);
    }

    /** Reads the next request, for a bounded time, once the client has taken enough of the answers before. */
    private void awaitRequest(ChannelHandlerContext ctx) {
        stopWaiting();
        deadline = ctx.executor().schedule(() -> ctx.close(), REQUEST_SECONDS, TimeUnit.SECONDS);
        untaken = !ctx.channel().isWritable();
        if (!untaken) {
            ctx.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (untaken && ctx.channel().isWritable()) {
            untaken = false;
            ctx.read();
        }
    }

    private void stopWaiting() {
        ScheduledFuture<?> waiting = deadline;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        try {
            if (msg instanceof HttpRequest request) {
                method = request.method();
                uri = request.uri();
                route = Routes.ofRequest(method, uri);
                Access.Decision decision = access.decide(request, route, socket);
                refusal = decision.refusal().orElse(null);
                informed = decision.informed();
                trail = feed.begin(client, method.name(), uri, route.kind(), TraceContext.of(request.headers()));
                trail.principal(decision.principal().name());
                // An HTTP/1.0 client is not told that it may stay, so it is left like one that says it goes.
                keepAlive = request.protocolVersion().isKeepAliveDefault() && HttpUtil.isKeepAlive(request);
            }
            if (msg instanceof LastHttpContent) {
                answer(ctx);
            } else {
                ctx.read();
            }
        } finally {
            ReferenceCountUtil.release(msg);
        }
    }

    private void answer(ChannelHandlerContext ctx) {
        FullHttpResponse refused = refusal;
        if (refused != null) {
            refusal = null;
            write(ctx, refused);
            return;
        }
        if (route.kind() != RouteKind.OWN) {
            write(ctx, ErrorResponses.of(endpoints.unserved()));
            return;
        }
        endpoints
                .handle(new OwnEndpoints.Request(
                        method,
                        uri,
                        EmptyHttpHeaders.INSTANCE,
                        new byte[0],
                        false,
                        informed,
                        Set.of(),
                        PrincipalUse.unbounded()))
                .whenComplete((answer, error) -> ctx.executor()
                        .execute(() -> write(
                                ctx, answer == null ? ErrorResponses.of(ProxyError.INTERNAL) : response(answer))));
    }

    private static FullHttpResponse response(OwnEndpoints.Answer answer) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                Unpooled.wrappedBuffer(answer.body()));
        response.headers().add(answer.headers()).set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
        return response;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof FramingGuard.HeadRefused refused) {
            feed.refused(client, refused.error());
        }
        ctx.fireUserEventTriggered(event);
    }

    /** A client that resets its connection, as a rule: nothing waits for an answer. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("a connection of a client is closed", cause);
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stopWaiting();
        // What was answered has been told already.
        feed.tell(trail, Ending.CLIENT_LEFT);
        ctx.fireChannelInactive();
    }

    private void write(ChannelHandlerContext ctx, FullHttpResponse response) {
        trail.answer(response, response.status().code());
        trail.sent(response.content().readableBytes());
        feed.tell(trail, Ending.ANSWERED);
        HttpUtil.setContentLength(response, response.content().readableBytes());
        if (keepAlive) {
            ctx.writeAndFlush(response, ctx.voidPromise());
            awaitRequest(ctx);
        } else {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
