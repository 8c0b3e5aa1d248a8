package org.chromaproxy.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection of a run: a request, its answer, the next request. */
final class Connection extends ByteToMessageDecoder {
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Session session;
    private final HttpHead head = new HttpHead();
    private @Nullable ChannelHandlerContext context;
    private boolean busy;
    private long due;
    private int status;
    private int bodyLeft;
    private boolean chunked;
    private boolean inBody;

    Connection(Session session) {
        this.session = session;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        session.connected(this);
    }

    void notConnected(Throwable cause) {
        session.lost(this, false, cause);
    }

    /** Sends a request that was due then, which is perhaps some time ago. */
    void send(ByteBuf request, long dueAt) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            request.release();
            return;
        }
        busy = true;
        due = dueAt;
        ctx.writeAndFlush(request, ctx.voidPromise());
    }

    boolean busy() {
        return busy;
    }

    void close() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (!inBody) {
            int end = head.parse(in);
            if (end < 0) {
                return;
            }
            status = HttpHead.status(in);
            bodyLeft = head.length();
            chunked = head.chunked();
            inBody = true;
            in.readerIndex(end);
        }
        if (chunked ? lastChunk(in) : skipped(in)) {
            inBody = false;
            busy = false;
            session.answered(this, status, due);
        }
    }

    private boolean skipped(ByteBuf in) {
        int now = Math.min(bodyLeft, in.readableBytes());
        in.skipBytes(now);
        bodyLeft -= now;
        return bodyLeft == 0;
    }

    /** With one request under way, the answer's end is the end of what has come. */
    private static boolean lastChunk(ByteBuf in) {
        int at = in.writerIndex() - LAST_CHUNK.length;
        for (int i = 0; i < LAST_CHUNK.length; i++) {
            if (at < in.readerIndex() || in.getByte(at + i) != LAST_CHUNK[i]) {
                return false;
            }
        }
        in.readerIndex(in.writerIndex());
        return true;
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        context = null;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        boolean was = busy;
        busy = false;
        context = null;
        session.lost(this, was, new java.io.IOException("the connection was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
