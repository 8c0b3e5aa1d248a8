package org.chromaproxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.chromaproxy.access.Principal;
import org.chromaproxy.access.client.CrossOrigin;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.completion.Ending;
import org.chromaproxy.completion.Trail;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.http.TraceContext;
import org.chromaproxy.route.Route;

/** One client request and its one response. Confined to the connection's event loop. */
public final class Exchange {
    private final ChannelHandlerContext ctx;
    private final HttpRequest request;
    private final Route route;
    private final ClientConnection connection;
    private final Trail trail;
    private boolean headSent;
    private boolean finished;
    private int status;
    private final long startedNanos = System.nanoTime();

    /** @param trail where to note what becomes of it */
    public Exchange(
            ChannelHandlerContext ctx, HttpRequest request, Route route, ClientConnection connection, Trail trail) {
        this.trail = trail;
        this.ctx = ctx;
        this.request = request;
        this.route = route;
        this.connection = connection;
    }

    public HttpRequest request() {
        return request;
    }

    /** What is noted of it. */
    public Trail trail() {
        return trail;
    }

    public Route route() {
        return route;
    }

    public ByteBufAllocator alloc() {
        return ctx.alloc();
    }

    public EventLoop loop() {
        return ctx.channel().eventLoop();
    }

    public ForwardedHeaders.Client client() {
        return connection.client();
    }

    /** Who asks. */
    public Principal principal() {
        return connection.decision().principal();
    }

    /** Whether the one who asks may be told what concerns any tenant. */
    boolean informed() {
        return connection.decision().informed();
    }

    /** What the one who asks uses. */
    public PrincipalUse use() {
        return connection.use();
    }

    public boolean writable() {
        return ctx.channel().isWritable();
    }

    /** Whether the client can still be told anything. */
    public boolean open() {
        return !finished && ctx.channel().isActive();
    }

    public boolean headSent() {
        return headSent;
    }

    /** When its head came, by {@link System#nanoTime}. */
    public long startedNanos() {
        return startedNanos;
    }

    public int status() {
        return status;
    }

    public boolean finished() {
        return finished;
    }

    /** Asks for the next piece of the request. */
    public void more() {
        connection.more(this);
    }

    /** Answers with one of the proxy's own errors. */
    public void fail(ProxyError error, String message) {
        respond(ErrorResponses.of(error, message));
    }

    public void fail(ProxyError error) {
        respond(ErrorResponses.of(error));
    }

    /** The same with more headers, which go before those the error has anyway. */
    public void fail(ProxyError error, String message, HttpHeaders extra) {
        FullHttpResponse response = ErrorResponses.of(error, message);
        response.headers().setAll(extra);
        respond(response);
    }

    /** Answers whole. Headers may be added before; the connection's keep-alive is set here. */
    public void respond(FullHttpResponse response) {
        if (!open() || headSent) {
            response.release();
            return;
        }
        int length = response.content().readableBytes();
        if (HttpUtil.getContentLength(response, -1L) != length) {
            HttpUtil.setContentLength(response, length);
        }
        head(response, response.status().code());
        trail.sent(response.content().readableBytes());
        finish(response);
    }

    /** Answers whole with one of the proxy's own errors that has its body already. */
    public void fail(ProxyError error, int code, byte[] body, HttpHeaders extra) {
        FullHttpResponse response = ErrorResponses.of(error, code, body);
        response.headers().setAll(extra);
        respond(response);
    }

    /** Answers whole with the given bytes. */
    public void respond(int code, String contentType, byte[] body, HttpHeaders extra) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), Unpooled.wrappedBuffer(body));
        response.headers().add(extra);
        if (!contentType.isEmpty()) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        respond(response);
    }

    /** Begins a streamed answer. */
    public void head(HttpResponse response) {
        if (open()) {
            head(response, response.status().code());
            ctx.write(response, ctx.voidPromise());
        }
    }

    private void head(HttpResponse response, int code) {
        headSent = true;
        status = code;
        trail.answer(response, code);
        if (code >= HttpResponseStatus.BAD_REQUEST.code()) {
            HttpHeaders trace = new DefaultHttpHeaders();
            TraceContext.copy(request.headers(), trace);
            trail.stamp(trace);
            ErrorResponses.trace(
                    response, TraceContext.of(TraceContext.of(trace)).traceId());
        }
        String origin = connection.decision().origin();
        if (!origin.isEmpty()) {
            CrossOrigin.allow(origin, response.headers());
        }
        if (!connection.keepAlive(request)) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /** A piece of a streamed answer; takes over the buffer. */
    public void content(ByteBuf content) {
        if (open()) {
            trail.sent(content.readableBytes());
            ctx.writeAndFlush(new DefaultHttpContent(content), ctx.voidPromise());
        } else {
            content.release();
        }
    }

    /** Ends a streamed answer. */
    public void end() {
        if (open()) {
            finish(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private void finish(Object last) {
        finished = true;
        // One that fails closes the connection: the void promise tells the pipeline of it.
        ctx.writeAndFlush(last, ctx.voidPromise());
        connection.finished(this, Ending.ANSWERED);
    }

    /** The answer cannot be completed as announced: closing is the only honest end. */
    public void abort() {
        if (!finished) {
            finished = true;
            connection.finished(this, Ending.CUT_OFF);
            ctx.close();
        }
    }

    /** The client is gone. */
    public void gone() {
        finished = true;
    }
}
