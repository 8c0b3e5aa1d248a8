package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.exchange.Collected;
import org.chromaproxy.exchange.Exchange;

/** An answer that is here whole, in pieces, and goes to its client as that takes it. Confined to the exchange's event loop. */
final class ListAnswer {
    /** So much is written at once. */
    private static final int PART = 64 << 10;

    private final Exchange exchange;
    private final Collected memory;
    private final List<byte[]> pieces;
    private int next;
    private boolean writing;

    /** @param memory what the pieces are in; closed when the last is written */
    ListAnswer(Exchange exchange, Collected memory, List<byte[]> pieces) {
        this.exchange = exchange;
        this.memory = memory;
        this.pieces = pieces;
    }

    void begin() {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        HttpUtil.setContentLength(
                head, pieces.stream().mapToLong(piece -> piece.length).sum());
        exchange.head(head);
        write();
    }

    /** A flush can make the socket writable again, which calls this anew. */
    void write() {
        if (writing) {
            return;
        }
        writing = true;
        while (next < pieces.size() && exchange.open() && exchange.writable()) {
            exchange.content(part());
        }
        writing = false;
        if (next == pieces.size()) {
            exchange.end();
            memory.close();
        }
    }

    /** What is written waits in the connection, which has an account of its own; what stands between elements is in none. */
    private ByteBuf part() {
        List<byte[]> part = new ArrayList<>();
        int size = 0;
        while (next < pieces.size() && (size == 0 || size + pieces.get(next).length <= PART)) {
            byte[] piece = pieces.set(next++, new byte[0]);
            part.add(piece);
            size += piece.length;
            if (piece.length > 1) {
                memory.release(piece.length);
            }
        }
        return Unpooled.wrappedBuffer(part.toArray(new byte[0][]));
    }
}
