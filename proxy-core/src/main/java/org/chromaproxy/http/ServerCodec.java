package org.chromaproxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The codec of a client's connection, which, unlike Netty's own, decodes no further than asked for, can say whether it holds
 * a part of a request, and writes a whole answer of moderate size into one buffer. Confined to the connection's event loop.
 *
 * <p>A decoded request takes some 20 times the bytes it came in, so requests that a client has sent ahead stay bytes until
 * their turn. What is left of a read is copied to a buffer of its size: otherwise the first byte of a head would hold the
 * whole receive buffer.
 */
public final class ServerCodec extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {
    /** Of the requests whose answers are due: that to HEAD has no body, whatever its length says. */
    private final Queue<HttpMethod> due = new ArrayDeque<>(2);

    /** A read between bodies takes no more; of TLS, a record may bring more. */
    private static final int MOST_FITTED = 4 << 10;

    private final Requests requests;

    private final HeadCharge charge;

    /** @param config its factory of trailers is replaced by one that tells when they begin */
    ServerCodec(HttpDecoderConfig config, HeadCharge charge) {
        this.charge = charge;
        Trailers trailers = new Trailers(config.getTrailersFactory());
        requests = new Requests(config.setTrailersFactory(trailers), trailers);
        init(requests, new Responses());
    }

    /** Whether no byte of a further request has been taken. */
    public boolean between() {
        return requests.between();
    }

    /**
     * Decodes only while a message is wanted; {@link #resume} is to be called when one is wanted again.
     *
     * @param wanted asked before each message
     */
    public void onDemand(BooleanSupplier wanted) {
        requests.wanted = wanted;
    }

    /** Goes on with what has come already, as far as it is wanted. */
    public void resume() {
        requests.resume();
    }

    /** Lets go of what has come and of what will: nothing more is decoded. Not to be called while {@link #decoding}. */
    public void drop() {
        requests.drop();
    }

    /**
     * Decodes the next message of what has come, wanted or not. Not to be called while {@link #decoding}.
     *
     * @return false if there is no whole one
     */
    public boolean advance() {
        return requests.advance();
    }

    /** The last request is not held any more. */
    public void requestEnded() {
        charge.ended();
    }

    /** Whether this is called from within the decoding of a message. */
    public boolean decoding() {
        return requests.decoding;
    }

    /** Whether a request's head has been decoded, and its body has not come whole. */
    public boolean inBody() {
        return requests.inBody;
    }

    private final class Requests extends HttpRequestDecoder {
        private BooleanSupplier wanted = () -> true;
        private final Trailers trailers;
        private @Nullable ChannelHandlerContext context;
        /** Whether a request has been decoded in part: its lines are not held once they are read. */
        private boolean within;

        private boolean inBody;
        private boolean decoding;
        /** The next message is decoded whether it is wanted or not. */
        private boolean forced;

        /** There was no memory for a head, or nobody wants what is here: nothing more is decoded. */
        private boolean exhausted;

        Requests(HttpDecoderConfig config, Trailers trailers) {
            super(config);
            this.trailers = trailers;
        }

        boolean between() {
            return !within && actualReadableBytes() == 0;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            context = ctx;
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext ctx) {
            charge.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            super.channelInactive(ctx);
            charge.close();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object input) throws Exception {
            if (inBody && input instanceof ByteBuf bytes && bytes.isReadable() && !wanted.getAsBoolean()) {
                // Behind the end of a client's side everything that the kernel has is read at once, asked for or not.
                if (!charge.holds(actualReadableBytes() + bytes.readableBytes())) {
                    bytes.release();
                    ctx.close();
                    return;
                }
            }
            boolean nested = decoding;
            decoding = true;
            try {
                super.channelRead(ctx, input instanceof ByteBuf bytes && !inBody ? fitted(bytes) : input);
            } finally {
                decoding = nested;
            }
        }

        /** The same bytes, on the heap and in no more than they need: they may stay for long. */
        private static ByteBuf fitted(ByteBuf bytes) {
            int size = bytes.readableBytes();
            if (size == 0 || size > MOST_FITTED) {
                return bytes;
            }
            byte[] exact = new byte[size];
            bytes.readBytes(exact).release();
            return Unpooled.wrappedBuffer(exact);
        }

        /** Netty's decoder asks for more by itself when it has made nothing; here that is for those who want it. */
        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            discardSomeReadBytes();
            ctx.fireChannelReadComplete();
        }

        void resume() {
            if (!decoding && actualReadableBytes() > 0) {
                again();
            }
        }

        void drop() {
            exhausted = true;
            again();
        }

        boolean advance() {
            forced = true;
            again();
            boolean made = !forced;
            forced = false;
            return made;
        }

        private void again() {
            ChannelHandlerContext ctx = context;
            if (ctx == null || actualReadableBytes() == 0) {
                return;
            }
            try {
                channelRead(ctx, Unpooled.EMPTY_BUFFER);
            } catch (Exception e) {
                ctx.fireExceptionCaught(e);
            }
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

        @Override
        protected HttpMessage createMessage(String[] line) throws Exception {
            charge.field(line[1].length());
            return super.createMessage(line);
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
            if (exhausted) {
                buffer.skipBytes(buffer.readableBytes());
                return;
            }
            if (!forced && !wanted.getAsBoolean()) {
                if (!inBody && !charge.holds(buffer.readableBytes())) {
                    ctx.close();
                }
                return;
            }
            int before = out.size();
            int readable = buffer.readableBytes();
            int start = buffer.readerIndex();
            super.decode(ctx, buffer, out);
            trailers.read(buffer, start);
            forced &= out.size() == before;
            within |= buffer.readableBytes() < readable;
            if (out.size() == before && !inBody && buffer.isReadable() && !charge.holds(buffer.readableBytes())) {
                exhausted = true;
                buffer.skipBytes(buffer.readableBytes());
                HttpRequest failed = new DefaultHttpRequest(HttpVersion.HTTP_1_0, HttpMethod.GET, "/");
                failed.setDecoderResult(DecoderResult.failure(new HeadCharge.Exhausted()));
                out.add(failed);
            }
            for (int i = before; i < out.size(); i++) {
                Object decoded = out.get(i);
                if (decoded instanceof HttpRequest request) {
                    due.add(request.method());
                    trailers.head(HttpUtil.isTransferEncodingChunked(request));
                    inBody = true;
                }
                if (decoded instanceof LastHttpContent last) {
                    within = false;
                    inBody = false;
                    exhausted |= trailers.end(last);
                }
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
