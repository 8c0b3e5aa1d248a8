package org.chromaproxy.downstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.BooleanSupplier;
import org.chromaproxy.http.HeadMemory;

/**
 * Reserves what has come of a TLS record (RFC 8446, 5.1) that is not whole: TLS holds it until it is, up to 16 KiB, of clients
 * that have not even shaken hands. Where there is no memory for it, the connection is closed. A body that has been let in has
 * its own memory. To be put before TLS. Confined to the connection's event loop.
 */
final class RecordMemory extends ChannelInboundHandlerAdapter {
    /** So much is in the price of a connection: most requests, and all messages of a usual handshake. */
    static final int FREE = 4 << 10;

    private static final int HEAD = 5;
    private static final int LENGTH_AT = 3;
    private static final int BYTE = 8;

    private final HeadMemory memory;
    private final BooleanSupplier inBody;
    private int head;
    private int left;
    private int partial;
    private int reserved;

    /** @param inBody whether a request that has been let in is being read */
    RecordMemory(HeadMemory memory, BooleanSupplier inBody) {
        this.memory = memory;
        this.inBody = inBody;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        follow(in);
        int needed = partial > FREE && !inBody.getAsBoolean() ? partial : 0;
        if (needed > reserved && !memory.reserve(needed - reserved)) {
            in.release();
            ctx.close();
            return;
        }
        if (needed < reserved) {
            memory.release(reserved - needed);
        }
        reserved = needed;
        ctx.fireChannelRead(in);
    }

    private void follow(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end) {
            if (head < HEAD) {
                if (head >= LENGTH_AT) {
                    left = (left << BYTE) + in.getUnsignedByte(at);
                }
                head++;
                partial++;
                at++;
            } else {
                int here = Math.min(left, end - at);
                left -= here;
                partial += here;
                at += here;
            }
            if (head == HEAD && left == 0) {
                head = 0;
                partial = 0;
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        memory.release(reserved);
        reserved = 0;
        ctx.fireChannelInactive();
    }
}
