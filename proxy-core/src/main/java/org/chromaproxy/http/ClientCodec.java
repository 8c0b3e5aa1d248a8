package org.chromaproxy.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.ReferenceCountUtil;

/**
 * The codec of a connection to an instance, which carries one exchange at a time. Writes a whole request of moderate size
 * into one buffer: one system call instead of a gathering write. Confined to the connection's event loop.
 */
public final class ClientCodec extends CombinedChannelDuplexHandler<HttpResponseDecoder, HttpRequestEncoder> {
    private static final int MAX_LINE_BYTES = 8 << 10;
    private static final int MAX_HEADER_BYTES = 64 << 10;

    /** Method of the last request: the answer to HEAD has no body, whatever its length says. */
    private HttpMethod asked = HttpMethod.GET;

    public ClientCodec() {
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxChunkSize(HttpCodecs.MAX_CHUNK_BYTES);
        init(new Responses(config), new Requests());
    }

    private final class Responses extends HttpResponseDecoder {
        Responses(HttpDecoderConfig config) {
            super(config);
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpMessage response) {
            return HttpMethod.HEAD.equals(asked) || super.isContentAlwaysEmpty(response);
        }
    }

    private final class Requests extends HttpRequestEncoder {
        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
            if (msg instanceof HttpRequest request) {
                asked = request.method();
                HeaderCount.bound(request.headers(), HttpCodecs.MAX_HEADERS);
            }
            if (msg instanceof FullHttpRequest whole && OneBuffer.takes(whole)) {
                OneBuffer to = new OneBuffer(ctx.alloc(), whole);
                try {
                    encodeInitialLine(to.buffer(), whole);
                    encodeHeaders(whole.headers(), to.buffer());
                    to.end(true);
                } finally {
                    ReferenceCountUtil.release(msg);
                    to.releaseUnlessEnded();
                }
                ctx.write(to.buffer(), promise);
            } else {
                super.write(ctx, msg, promise);
            }
        }
    }
}
