package org.chromaproxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Looks at the trailers of one connection's requests, which nobody reads: Netty drops those that name a framing field, and
 * what is folded behind them, without a look at what they hold. A control character there, a bare CR above all, could end
 * the request elsewhere for a server in front (RFC 9112, 2.2). Confined to the connection's event loop.
 */
final class Trailers implements HttpHeadersFactory {
    private final HttpHeadersFactory headers;
    private boolean chunked;
    private boolean begun;
    private boolean unsound;

    Trailers(HttpHeadersFactory headers) {
        this.headers = headers;
    }

    /**
     * A request's head has come.
     *
     * @param inChunks whether its body may have trailers
     */
    void head(boolean inChunks) {
        chunked = inChunks;
    }

    /** Of a body in chunks the decoder asks for the first time when it has read the first trailer's line. */
    @Override
    public HttpHeaders newHeaders() {
        begun = chunked;
        return headers.newHeaders();
    }

    @Override
    public HttpHeaders newEmptyHeaders() {
        begun = chunked;
        return headers.newEmptyHeaders();
    }

    /** The decoder has read on, by whole lines, if it is at the trailers. */
    void read(ByteBuf from, int start) {
        if (!begun) {
            return;
        }
        int end = from.readerIndex();
        for (int i = start; i < end; i++) {
            byte b = from.getByte(i);
            boolean lineEnd = b == '\n' || (b == '\r' && i + 1 < end && from.getByte(i + 1) == '\n');
            boolean control = (b >= 0 && b < ' ' && b != '\t') || b == 0x7f;
            unsound |= control && !lineEnd;
        }
    }

    /**
     * The request has ended; it has failed if its trailers were not sound.
     *
     * @return whether it has failed for that
     */
    boolean end(LastHttpContent last) {
        boolean failed = unsound;
        begun = false;
        unsound = false;
        if (failed) {
            last.setDecoderResult(
                    DecoderResult.failure(new IllegalArgumentException("a control character in a trailer")));
        }
        return failed;
    }
}
