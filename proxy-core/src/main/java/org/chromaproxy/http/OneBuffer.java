package org.chromaproxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpUtil;

/** A whole message on its way into one buffer: up to some kilobytes copying the body is cheaper than one more buffer. */
final class OneBuffer {
    private static final int MAX_COPIED_BYTES = 8 << 10;
    private static final int HEAD_BYTES = 768;
    private static final int CRLF = '\r' << 8 | '\n';

    private final ByteBuf buffer;
    private final ByteBuf body;
    private boolean ended;

    OneBuffer(ByteBufAllocator allocator, FullHttpMessage message) {
        body = message.content();
        buffer = allocator.ioBuffer(HEAD_BYTES + body.readableBytes());
    }

    /** Whether a message's body is counted, and small enough. */
    static boolean takes(FullHttpMessage message) {
        return message.content().readableBytes() <= MAX_COPIED_BYTES && !HttpUtil.isTransferEncodingChunked(message);
    }

    /** Where the head is to be written. */
    ByteBuf buffer() {
        return buffer;
    }

    /** Ends the head, and adds the body if there is to be one. */
    void end(boolean withBody) {
        buffer.writeShort(CRLF);
        if (withBody) {
            buffer.writeBytes(body, body.readerIndex(), body.readableBytes());
        }
        ended = true;
    }

    void releaseUnlessEnded() {
        if (!ended) {
            buffer.release();
        }
    }
}
