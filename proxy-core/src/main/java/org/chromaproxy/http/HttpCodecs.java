package org.chromaproxy.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/** HTTP codecs with the proxy's limits. */
public final class HttpCodecs {
    /** Longest request line, in bytes. */
    public static final int MAX_LINE_BYTES = 8 << 10;
    /** Largest header block, in bytes. */
    public static final int MAX_HEADER_BYTES = 16 << 10;
    /** Largest piece in which a body is handed on, in bytes. */
    public static final int MAX_CHUNK_BYTES = 64 << 10;

    private HttpCodecs() {}

    /** The codec for a client's connection; {@link FramingGuard} must follow it. */
    public static ServerCodec server() {
        return new ServerCodec(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxChunkSize(MAX_CHUNK_BYTES)
                .setStrictLineParsing(true)
                // Otherwise Netty drops the Content-Length of a request that also has a Transfer-Encoding.
                .setUseRfc9112TransferEncoding(true)
                .setHeadersFactory(new StrictHeadersFactory())
                .setTrailersFactory(DefaultHttpHeadersFactory.trailersFactory()));
    }

    private static final class StrictHeadersFactory implements HttpHeadersFactory {
        @Override
        public HttpHeaders newHeaders() {
            return new StrictHeaders();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return new StrictHeaders();
        }
    }

    /** Fails the decoder at a second length: of an HTTP/1.0 request Netty would quietly keep the first. */
    private static final class StrictHeaders extends DefaultHttpHeaders {
        @Override
        public HttpHeaders add(CharSequence name, Object value) {
            if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name) && contains(name)) {
                throw new IllegalArgumentException("a second Content-Length");
            }
            return super.add(name, value);
        }
    }
}
