package org.chromaproxy.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.StacklessClosedChannelException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.chromaproxy.http.HeadRules.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what could be read in two ways, before anything routes it: answers once in Chroma's shape, in turn behind the
 * answers still owed on the connection, and closes. Stands right behind the codec of {@link HttpCodecs#server()}. An offer
 * to upgrade is removed, so that the request goes on as plain HTTP/1.1. Obsolete line folding reaches the guard as a
 * space, as RFC 9112 section 5.2 permits; where a space would change a message's meaning, it is refused.
 */
public final class FramingGuard extends ChannelDuplexHandler {
    /**
     * Fired down the pipeline when a request's body turns out to be malformed after its head went through: no further
     * part of it will arrive. The guard answers and closes the connection itself.
     */
    public record BodyBroken(ProxyError error) {}

    /** Fired down the pipeline when a request's head has been refused, and answered, by the guard. */
    public record HeadRefused(ProxyError error) {}

    private @Nullable Refusal refusal;
    /** Requests passed on and not yet answered in full. */
    private int owed;
    /** Whether a response's head has been written, but not its end. */
    private boolean responding;

    private boolean answered;
    private boolean headRefused;
    /** The last request's body is malformed, and requests before it are still to be answered. */
    private boolean broken;

    /** Whether the last answer said that the connection ends with it: behind it nothing is said (RFC 9112, 9.6). */
    private boolean ended;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (refusal != null) {
            ReferenceCountUtil.release(msg);
        } else if (msg instanceof HttpRequest request) {
            head(ctx, request);
        } else if (msg instanceof HttpContent content && content.decoderResult().isFailure()) {
            content.release();
            breakBody(ctx);
        } else {
            ctx.fireChannelRead(msg);
        }
    }

    private void head(ChannelHandlerContext ctx, HttpRequest request) {
        Optional<Refusal> wrong = request.decoderResult().isFailure()
                ? Optional.of(HeadRules.undecodable(request.decoderResult()))
                : HeadRules.check(request);
        if (wrong.isPresent()) {
            ReferenceCountUtil.release(request);
            refusal = wrong.get();
            headRefused = true;
            answer(ctx);
            return;
        }
        HeadRules.trim(request.headers());
        request.headers().remove(HttpHeaderNames.UPGRADE);
        request.headers().remove("HTTP2-Settings");
        owed++;
        ctx.fireChannelRead(request);
    }

    private void breakBody(ChannelHandlerContext ctx) {
        refusal = Refusal.of(ProxyError.BAD_REQUEST);
        broken = true;
        refuseBroken(ctx);
    }

    /** Requests in front of the broken one are answered first. */
    private void refuseBroken(ChannelHandlerContext ctx) {
        if (!broken || owed > 1) {
            return;
        }
        broken = false;
        ctx.fireUserEventTriggered(new BodyBroken(ProxyError.BAD_REQUEST));
        if (owed == 1 && responding) {
            // Part of its response is out already: nothing more can be said in order.
            answered = true;
            ChannelFuture _ = ctx.close();
        } else if (owed == 1) {
            owed = 0;
            answer(ctx);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (answered) {
            ReferenceCountUtil.release(msg);
            promise.tryFailure(
                    StacklessClosedChannelException.newInstance(FramingGuard.class, "write(...) after a refusal"));
            return;
        }
        boolean interim =
                msg instanceof HttpResponse response && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        ChannelFuture _ = ctx.write(msg, promise);
        if (interim) {
            return;
        }
        if (msg instanceof HttpResponse response) {
            ended = !HttpUtil.isKeepAlive(response);
        }
        responding = !(msg instanceof LastHttpContent);
        if (!responding) {
            owed--;
            refuseBroken(ctx);
            answer(ctx);
        }
    }

    /** Answers the refusal once no earlier answer is owed. */
    private void answer(ChannelHandlerContext ctx) {
        if (refusal == null || owed > 0 || answered || ended) {
            return;
        }
        answered = true;
        HttpResponse response = ErrorResponses.of(refusal.error(), refusal.message());
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        if (headRefused) {
            ctx.fireUserEventTriggered(new HeadRefused(refusal.error()));
        }
    }
}
