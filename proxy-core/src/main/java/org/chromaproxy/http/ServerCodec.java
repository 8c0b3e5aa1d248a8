package org.chromaproxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The codec of a client's connection, which, unlike Netty's own, can say whether it holds a part of a request, and writes
 * a whole answer of moderate size into one buffer. Confined to the connection's event loop.
 */
public final class ServerCodec extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {
    /** Of the requests whose answers are due: that to HEAD has no body, whatever its length says. */
    private final Queue<HttpMethod> due = new ArrayDeque<>(2);

    private final Requests requests;

    ServerCodec(HttpDecoderConfig config) {
        requests = new Requests(config);
        init(requests, new Responses());
    }

    /** Whether no byte of a further request has been taken. */
    public boolean between() {
        return requests.between();
    }

    private final class Requests extends HttpRequestDecoder {
        /** Whether a request has been decoded in part: its lines are not held once they are read. */
        private boolean within;

        Requests(HttpDecoderConfig config) {
            super(config);
        }

        boolean between() {
            return !within && actualReadableBytes() == 0;
        }

        /**
         * Netty takes any white space, and any number of it, between the words of the first line, as RFC 9112 (3) permits;
         * a server in front that does not would see another target.
         */
        @Override
        protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
            demandSpace(line, start - 1);
            demandSpace(line, start + length);
            return super.splitSecondWordInitialLine(line, start, length);
        }

        /** Netty takes the protocol's name in either case; RFC 9112 (2.3) has it in capitals. */
        @Override
        protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
            String version = super.splitThirdWordInitialLine(line, start, length);
            if (!version.startsWith("HTTP")) {
                throw new IllegalArgumentException("not HTTP");
            }
            return version;
        }

        private static void demandSpace(byte[] line, int at) {
            boolean one = line[at] == ' ' && !blank(line[at - 1]) && !blank(line[at + 1]);
            if (!one) {
                throw new IllegalArgumentException("words of the first line are separated by one space");
            }
        }

        private static boolean blank(byte b) {
            return b == ' ' || (b >= '\t' && b <= '\r');
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
            int before = out.size();
            int readable = buffer.readableBytes();
            super.decode(ctx, buffer, out);
            within |= buffer.readableBytes() < readable;
            for (int i = before; i < out.size(); i++) {
                Object decoded = out.get(i);
                if (decoded instanceof HttpRequest request) {
                    due.add(request.method());
                }
                within &= !(decoded instanceof LastHttpContent);
            }
        }
    }

    private final class Responses extends HttpResponseEncoder {
        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
            if (msg instanceof FullHttpResponse whole && OneBuffer.takes(whole)) {
                OneBuffer to = new OneBuffer(ctx.alloc(), whole);
                try {
                    boolean empty = isContentAlwaysEmpty(whole);
                    encodeInitialLine(to.buffer(), whole);
                    sanitizeHeadersBeforeEncode(whole, empty);
                    encodeHeaders(whole.headers(), to.buffer());
                    to.end(!empty);
                } finally {
                    ReferenceCountUtil.release(msg);
                    to.releaseUnlessEnded();
                }
                ctx.write(to.buffer(), promise);
            } else {
                super.write(ctx, msg, promise);
            }
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            boolean interim = response.status().code() / 100 == 1;
            HttpMethod method = interim ? due.peek() : due.poll();
            return HttpMethod.HEAD.equals(method) || super.isContentAlwaysEmpty(response);
        }
    }
}
