package org.chromaproxy.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/** HTTP codecs with the proxy's limits. */
public final class HttpCodecs {
    /** Longest request line, in bytes. */
    static final int MAX_LINE_BYTES = 8 << 10;
    /** Most header fields that Chroma takes (seen on 1.5.9). */
    static final int MAX_HEADERS = 100;

    private static final int MAX_HEADER_BYTES = 16 << 10;
    /** Largest piece in which a body is handed on, in bytes. */
    static final int MAX_CHUNK_BYTES = 64 << 10;

    private HttpCodecs() {}

    /** The same with Chroma's number of header fields, and 16 KiB of them. */
    public static ServerCodec server() {
        return server(MAX_HEADERS, MAX_HEADER_BYTES, HeadMemory.UNBOUNDED);
    }

    /**
     * The codec for a client's connection; {@link FramingGuard} must follow it.
     *
     * @param maxHeaders most header fields of a request
     * @param maxHeadBytes their size
     * @param memory where heads beyond the usual size are reserved
     */
    public static ServerCodec server(int maxHeaders, int maxHeadBytes, HeadMemory memory) {
        HeadCharge charge = new HeadCharge(memory);
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(maxHeadBytes)
                .setMaxChunkSize(MAX_CHUNK_BYTES)
                .setStrictLineParsing(true)
                // Otherwise Netty drops the Content-Length of a request that also has a Transfer-Encoding.
                .setUseRfc9112TransferEncoding(true)
                .setHeadersFactory(new StrictHeadersFactory(maxHeaders, charge))
                .setTrailersFactory(new StrictHeadersFactory(maxHeaders, charge));
        return new ServerCodec(config, charge);
    }

    private record StrictHeadersFactory(int most, HeadCharge charge) implements HttpHeadersFactory {
        @Override
        public HttpHeaders newHeaders() {
            return new StrictHeaders(most, charge);
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return new StrictHeaders(most, charge);
        }
    }

    /**
     * Fails the decoder at a field too many, and at a second length: of an HTTP/1.0 request Netty would quietly keep the
     * first.
     */
    private static final class StrictHeaders extends DefaultHttpHeaders {
        private final int most;
        private final HeadCharge charge;

        StrictHeaders(int most, HeadCharge charge) {
            this.most = most;
            this.charge = charge;
        }

        @Override
        public HttpHeaders add(CharSequence name, Object value) {
            if (size() >= most) {
                throw new TooLongHttpHeaderException("more than " + most + " header fields");
            }
            if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name) && contains(name)) {
                throw new IllegalArgumentException("a second Content-Length");
            }
            charge.field(name.length() + (value instanceof CharSequence text ? text.length() : 0));
            return super.add(name, value);
        }
    }
}
