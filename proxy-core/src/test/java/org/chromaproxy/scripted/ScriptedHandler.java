package org.chromaproxy.scripted;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection to a scripted server. Confined to the server's loop. */
final class ScriptedHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final int PIECE = 16 << 10;
    private static final int PIECE_MS = 20;

    private final ScriptedChroma server;
    /** How an answer with records begins. */
    private static final byte[] RECORDS = "{\"ids\":[\"".getBytes(StandardCharsets.US_ASCII);

    private Reply.@Nullable Flood flood;
    private long flooded;

    ScriptedHandler(ScriptedChroma server) {
        this.server = server;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        Call call = server.arrived(request, ctx.channel());
        treat(ctx, call, server.replyTo(call));
    }

    private void treat(ChannelHandlerContext ctx, Call call, Reply reply) {
        switch (reply) {
            case Reply.AsChroma asChroma -> {
                if (ctx.channel().isActive()) {
                    treat(ctx, call, server.model().execute(call));
                }
            }
            case Reply.Fixed fixed -> {
                call.markAnswered();
                ctx.writeAndFlush(whole(fixed));
            }
            case Reply.Bytes bytes -> {
                call.markAnswered();
                ctx.writeAndFlush(encoded(bytes));
            }
            case Reply.Close close -> {
                if (close.executed()) {
                    server.model().execute(call);
                }
                call.markAnswered();
                ctx.close();
            }
            case Reply.Half half -> {
                firstHalf(ctx, bytes(half.body()));
                call.markAnswered();
                ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
            case Reply.Raw raw -> {
                call.markAnswered();
                pieces(ctx, raw, 0);
            }
            case Reply.Never never -> {}
            case Reply.Held held -> then(ctx, held.gate(), () -> treat(ctx, call, held.then()));
            case Reply.Slow slow -> slow(ctx, call, slow);
            case Reply.Flood begun -> {
                call.markAnswered();
                flood = begun;
                ctx.write(head(begun.bytes()));
                pour(ctx);
            }
        }
    }

    /** Past the codec; some milliseconds apart, so that the proxy reads each by itself. */
    private static void pieces(ChannelHandlerContext ctx, Reply.Raw raw, int next) {
        if (next == raw.pieces().size()) {
            if (raw.close()) {
                ctx.close();
            }
            return;
        }
        ByteBuf piece = Unpooled.wrappedBuffer(bytes(raw.pieces().get(next)));
        ctx.pipeline().context(HttpServerCodec.class).writeAndFlush(piece);
        ctx.executor().schedule(() -> pieces(ctx, raw, next + 1), PIECE_MS, TimeUnit.MILLISECONDS);
    }

    private static void then(ChannelHandlerContext ctx, CompletableFuture<Void> gate, Runnable next) {
        gate.thenRun(() -> ctx.executor().execute(next));
    }

    private static DefaultFullHttpResponse whole(Reply.Fixed fixed) {
        ByteBuf body = Unpooled.wrappedBuffer(bytes(fixed.body()));
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(fixed.status()), body);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        if (!fixed.contentType().isEmpty()) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, fixed.contentType());
        }
        return response;
    }

    private static DefaultFullHttpResponse encoded(Reply.Bytes bytes) {
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(bytes.status()), Unpooled.wrappedBuffer(bytes.body()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, bytes.body().length)
                .set(HttpHeaderNames.CONTENT_TYPE, bytes.contentType())
                .set(HttpHeaderNames.CONTENT_ENCODING, bytes.contentEncoding());
        return response;
    }

    private static HttpResponse head(long length) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        return head;
    }

    private static void firstHalf(ChannelHandlerContext ctx, byte[] body) {
        ctx.write(head(body.length));
        ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(body, 0, body.length / 2)));
    }

    private static void slow(ChannelHandlerContext ctx, Call call, Reply.Slow slow) {
        byte[] body = bytes(slow.body());
        int half = body.length / 2;
        firstHalf(ctx, body);
        then(ctx, slow.gate(), () -> {
            call.markAnswered();
            ctx.writeAndFlush(new DefaultLastHttpContent(Unpooled.wrappedBuffer(body, half, body.length - half)));
        });
    }

    private void pour(ChannelHandlerContext ctx) {
        Reply.Flood pouring = flood;
        while (pouring != null && flooded < pouring.bytes() && ctx.channel().isWritable()) {
            int size = (int) Math.min(PIECE, pouring.bytes() - flooded);
            byte[] piece = new byte[size];
            if (flooded == 0) {
                System.arraycopy(RECORDS, 0, piece, 0, Math.min(size, RECORDS.length));
            }
            flooded += size;
            ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(piece)))
                    .addListener(done -> pouring.written().addAndGet(done.isSuccess() ? size : 0));
        }
        if (pouring != null && flooded == pouring.bytes()) {
            flood = null;
            ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pour(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
