package org.chromaproxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import org.chromaproxy.instance.Instance;
import org.jspecify.annotations.Nullable;

/** One connection to an instance, carrying one exchange at a time. Confined to its event loop. */
public final class UpstreamConnection extends ChannelInboundHandlerAdapter implements ProcessWatch.Watched {
    /** Who made a connection, and hears what becomes of it; on its loop. */
    interface Owner {
        Instance instance();

        /** Whether it is over TLS. */
        boolean secured();

        /** An exchange is complete. */
        void answered(UpstreamConnection connection, long begunNanos, boolean well);

        /** It carries nothing now, and can carry more. */
        void giveBack(UpstreamConnection connection);

        /** A connection broke. */
        void troubled();

        /**
         * What broke a connection, for people.
         *
         * @param heard whether the instance had said anything on it. With TLS 1.3 it sees the proxy's certificate only after
         *     the handshake, so until then it may still fail
         */
        String words(Throwable cause, boolean heard);
    }

    private final Owner pool;
    private final Channel channel;
    private @Nullable UpstreamListener listener;

    private boolean requestComplete;
    private boolean reusable;
    private boolean interim;
    /** The answer has no length, and TLS has to say that it is whole. */
    private boolean endsWithTls;
    /** The instance has said that nothing more will come. */
    private boolean closeNotified;
    /** The instance has sent something that is not TLS's own. */
    private boolean heard;
    /** Closed by the proxy of its own accord. */
    private boolean givenUp;
    /** By the proxy, as nothing was asked for on it. */
    private boolean retired;

    /** The answer's head is such as a sound server gives. */
    private boolean well;

    private long begunNanos;
    private long openedNanos;
    private ConnectionUse use = ConnectionUse.READS;
    private boolean counted;
    private long idleSince;

    UpstreamConnection(Owner pool, Channel channel) {
        this.pool = pool;
        this.channel = channel;
    }

    /** Begins an exchange. Reading starts at once; use {@link #pauseReading} for backpressure. */
    public void begin(UpstreamListener newListener) {
        listener = newListener;
        requestComplete = false;
        reusable = false;
        begunNanos = System.nanoTime();
        if (!channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        pool.instance().started();
    }

    /** Sends a part of the request; the last one must be a {@link LastHttpContent}. */
    public void send(HttpObject part) {
        if (part instanceof LastHttpContent) {
            requestComplete = true;
            channel.writeAndFlush(part, channel.voidPromise());
        } else {
            channel.write(part, channel.voidPromise());
        }
    }

    public void flush() {
        channel.flush();
    }

    public boolean writable() {
        return channel.isWritable();
    }

    /** Stops or restarts taking bytes from the instance. */
    public void pauseReading(boolean pause) {
        channel.config().setAutoRead(!pause);
    }

    /** Gives the exchange up: the connection is reset and the listener hears nothing more. */
    public void abort() {
        if (listener != null) {
            listener = null;
            pool.instance().failed();
        }
        close();
    }

    /**
     * It is established now.
     *
     * @param forUse whose requests it carries
     */
    void opened(ConnectionUse forUse) {
        openedNanos = System.nanoTime();
        use = forUse;
        counted = true;
    }

    /** Whose requests it carries. */
    ConnectionUse use() {
        return use;
    }

    /** Whether it was established. */
    boolean counted() {
        return counted;
    }

    /** When it last ended a request, by the pool's clock, in nanoseconds. */
    long idleSince() {
        return idleSince;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    /** When it was established, by {@link System#nanoTime}. */
    long openedNanos() {
        return openedNanos;
    }

    @Override
    public boolean alive() {
        return channel.isActive();
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    /** Done, or failed, when the connection can carry exchanges over TLS, or never will. */
    Future<Channel> handshake() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null ? channel.eventLoop().newFailedFuture(new ClosedChannelException()) : tls.handshakeFuture();
    }

    /**
     * Resets it, past TLS: that would first have what is still to be sent delivered, and say goodbye. What is given up must
     * not arrive later than what is sent elsewhere meanwhile.
     */
    void close() {
        givenUp = true;
        shut();
    }

    /** Ends it, which carries nothing: no reset, as there is nothing that must not arrive. */
    void retire() {
        retired = true;
        channel.config().setOption(ChannelOption.SO_LINGER, -1);
        close();
    }

    /** Whether the proxy closed it, rather than the instance or an error. */
    boolean givenUp() {
        return givenUp;
    }

    private void shut() {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        if (first != null) {
            first.close();
        } else {
            // Its handlers are gone already.
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        heard = true;
        UpstreamListener current = listener;
        if (current == null) {
            // Bytes nobody asked for: the connection cannot be trusted any more.
            ReferenceCountUtil.release(msg);
            close();
            return;
        }
        if (((HttpObject) msg).decoderResult().isFailure()) {
            ReferenceCountUtil.release(msg);
            givenUp = true;
            fail("the answer of " + pool.instance() + " is not HTTP");
            return;
        }
        if (msg instanceof HttpResponse head) {
            // 1xx answers are not the response; the proxy answers Expect itself.
            interim = HttpResponseStatus.CONTINUE.code() == head.status().code()
                    || head.status().code() == 102;
            if (!interim) {
                reusable = HttpUtil.isKeepAlive(head);
                well = UpstreamResponse.ofSoundServer(head.status().code(), head.headers());
                if (UpstreamResponse.ofHop(head.status().code(), head.headers())) {
                    pool.instance().missed();
                }
                endsWithTls = pool.secured()
                        && !HttpUtil.isContentLengthSet(head)
                        && !HttpUtil.isTransferEncodingChunked(head);
                current.head(head);
            }
        }
        if (msg instanceof HttpContent content) {
            body(current, content);
        }
    }

    private void body(UpstreamListener current, HttpContent content) {
        ByteBuf bytes = content.content();
        if (interim || !bytes.isReadable()) {
            bytes.release();
        } else {
            current.content(bytes);
        }
        if (content instanceof LastHttpContent && !interim && listener != null) {
            if (endsWithTls && !closeNotified && !channel.isActive()) {
                fail(pool.instance() + " closed the connection without TLS saying that its answer was complete");
            } else {
                complete(current);
            }
        }
    }

    private void complete(UpstreamListener current) {
        listener = null;
        pool.answered(this, begunNanos, well);
        if (reusable && requestComplete && channel.isActive()) {
            pool.giveBack(this);
        } else {
            close();
        }
        current.end();
    }

    private void fail(String why) {
        UpstreamListener current = listener;
        listener = null;
        shut();
        if (current != null) {
            pool.instance().failed();
            pool.troubled();
            current.failed(new UpstreamException(why, false));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!retired) {
            pool.instance().suspectCapabilities();
        }
        if (listener == null && !givenUp) {
            // Nobody's request failed, and yet it may have ended.
            pool.troubled();
        }
        fail(pool.instance() + " closed the connection before its answer was complete");
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (listener != null) {
            listener.writabilityChanged(channel.isWritable());
        }
    }

    /** The end of TLS is the end of the connection, even if the instance keeps it open below. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent end && end.isSuccess()) {
            closeNotified = true;
            shut();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean used = listener != null;
        fail(used ? "connection to " + pool.instance() + " failed: " + pool.words(cause, heard) : "");
    }
}
