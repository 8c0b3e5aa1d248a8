package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.upstream.UpstreamConnection;
import org.jspecify.annotations.Nullable;

/** A read's request as servers are sent it: its body, kept for a second try while it is small. Confined to the exchange's loop. */
final class ReadRequest {
    /** Up to this many bytes of a request are kept for a second try. */
    static final int REPLAY_BYTES = 256 << 10;

    private final Exchange exchange;
    private final List<ByteBuf> kept = new ArrayList<>(1);
    private int keptBytes;
    private boolean replayable = true;
    /** The request's head, until it is known whether its body is here too: then both are sent as one. */
    private @Nullable HttpRequest unsent;
    /** Whether the whole request was sent as one. */
    private boolean sentWhole;

    ReadRequest(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Whether all of the body that came is at hand. */
    boolean replayable() {
        return replayable;
    }

    /** Bytes of the body that came. */
    int keptBytes() {
        return keptBytes;
    }

    /** Sends what has come of it. */
    void begin(UpstreamConnection connection, Instance instance, String uri) {
        unsent = head(instance, uri);
        sentWhole = false;
        for (ByteBuf part : kept) {
            pass(connection, part.retainedDuplicate());
        }
    }

    /** Passes a piece of the body on; what is to be flushed is said by its return value. */
    boolean pass(UpstreamConnection connection, ByteBuf content) {
        HttpRequest head = unsent;
        unsent = null;
        if (head != null && HttpUtil.getContentLength(head, -1L) == content.readableBytes()) {
            sentWhole = true;
            sendWhole(connection, head, content);
            return false;
        }
        if (head != null) {
            connection.send(head);
        }
        connection.send(new DefaultHttpContent(content));
        return true;
    }

    void passEnd(UpstreamConnection connection) {
        HttpRequest head = unsent;
        unsent = null;
        if (head != null && !HttpUtil.isTransferEncodingChunked(head)) {
            sendWhole(connection, head, Unpooled.EMPTY_BUFFER);
            return;
        }
        if (head != null) {
            connection.send(head);
        }
        if (!sentWhole) {
            connection.send(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private static void sendWhole(UpstreamConnection connection, HttpRequest head, ByteBuf body) {
        connection.send(new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, head.method(), head.uri(), body, head.headers(), EmptyHttpHeaders.INSTANCE));
    }

    private HttpRequest head(Instance instance, String uri) {
        HttpRequest from = exchange.request();
        HttpHeaders headers = ForwardedHeaders.decoded();
        ForwardedHeaders.request(from.headers(), exchange.client(), instance.authority(), headers);
        exchange.trail().stamp(headers);
        if (headers.contains(HttpHeaderNames.ACCEPT_ENCODING)) {
            // Ids are looked for in answers, and Chroma encodes none.
            headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
        }
        instance.credentials().forEach(headers::set);
        if (HttpUtil.isTransferEncodingChunked(from)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, from.method(), uri, headers);
    }

    /** Takes over the next part of the body. */
    void keep(ByteBuf content) {
        keptBytes += content.readableBytes();
        if (replayable && keptBytes <= REPLAY_BYTES) {
            kept.add(content);
        } else {
            content.release();
            replayable = false;
            release();
        }
    }

    /** It can be sent no more. */
    void spend() {
        replayable = false;
        release();
    }

    /** What is kept of its body is not needed any more. */
    void release() {
        kept.forEach(ByteBuf::release);
        kept.clear();
    }
}
