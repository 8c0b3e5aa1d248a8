package org.chromaproxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import org.chromaproxy.completion.Completions;
import org.chromaproxy.completion.Ending;
import org.chromaproxy.completion.Mark;
import org.chromaproxy.completion.Place;
import org.chromaproxy.completion.Trail;
import org.chromaproxy.exchange.read.ReadTarget;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.upstream.RawListener;
import org.chromaproxy.upstream.UpstreamConnection;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamPool;
import org.jspecify.annotations.Nullable;

/**
 * One read on its short way. An answer up to {@link #HELD_BYTES} leaves only when it is here whole, so that until then the
 * read can begin anew; a longer one is streamed, with backpressure. Confined to the connection's event loop.
 */
final class RelayedRead implements RawListener {
    private static final int HELD_BYTES = 64 << 10;
    /** Bodies up to this size are copied behind the head: cheaper than one more buffer to write. */
    private static final int COPIED_BYTES = 8 << 10;

    private static final int OK = 200;
    private static final int CUT_OFF = 502;
    private static final long UNKNOWN = -1;

    private final Relay relay;
    private final RelayServices services;
    private final ChannelHandlerContext client;
    private final ReadTarget target;
    private final Instance instance;
    /** The request as it came, until the answer begins to leave. */
    private @Nullable ByteBuf request;

    private @Nullable ByteBuf head;
    private ByteBuf body = Unpooled.EMPTY_BUFFER;
    private @Nullable UpstreamConnection upstream;
    private @Nullable ByteBuf held;
    /** Bytes of the answer, head included, that the client has not been sent yet. */
    private long missing = UNKNOWN;

    /** Length of the answer's body. */
    private int content;

    private boolean streaming;
    private boolean reusable;
    private long startedNanos;
    private Trail trail = Trail.NONE;

    RelayedRead(
            Relay relay,
            RelayServices services,
            ChannelHandlerContext client,
            ByteBuf request,
            ReadTarget target,
            Instance instance) {
        this.relay = relay;
        this.services = services;
        this.client = client;
        this.request = request;
        this.target = target;
        this.instance = instance;
    }

    /**
     * @param plain the request's head, with the instance's id in its path already
     * @param noting where to note what becomes of it
     */
    void start(PlainRequest plain, ClientLines lines, Trail noting) {
        trail = noting;
        ByteBuf whole = request;
        if (whole == null) {
            return;
        }
        startedNanos = System.nanoTime();
        boolean copied = plain.content <= COPIED_BYTES;
        String traceparent = trail.traceparent();
        int length = lines.headLength(plain, instance, traceparent);
        ByteBuf to = client.alloc().ioBuffer(copied ? length + plain.content : length);
        lines.write(plain, instance, traceparent, to);
        int bodyStart = whole.readerIndex() + plain.length;
        if (copied) {
            to.writeBytes(whole, bodyStart, plain.content);
        } else {
            body = whole.retainedSlice(bodyStart, plain.content);
        }
        head = to;
        UpstreamPool pool =
                services.proxy().proxy().upstream().pool(client.channel().eventLoop(), instance);
        UpstreamConnection idle = pool.idle();
        if (idle == null) {
            pool.acquire(this::send, cause -> startOver(true));
        } else {
            send(idle);
        }
    }

    private void send(UpstreamConnection connection) {
        ByteBuf to = head;
        connection.beginRaw(this);
        if (to == null) {
            // The client left meanwhile.
            connection.abort();
            return;
        }
        upstream = connection;
        trail.asked(instance.name());
        head = null;
        ByteBuf behind = body;
        body = Unpooled.EMPTY_BUFFER;
        connection.sendRaw(to, behind);
    }

    @Override
    public void bytes(ByteBuf bytes) {
        trail.mark(Mark.FIRST_BYTE);
        if (streaming) {
            stream(bytes);
            return;
        }
        ByteBuf before = held;
        ByteBuf all = bytes;
        if (before != null && before.writableBytes() >= bytes.readableBytes()) {
            all = before.writeBytes(bytes);
            bytes.release();
        } else if (before != null) {
            all = Relay.joined(client.alloc(), before, bytes, (int) Math.max(0, missing));
        }
        held = all;
        if (missing != UNKNOWN || head(all)) {
            forward();
        }
    }

    /** Reads the answer's head; false if it is not complete, or the read begins anew. */
    private boolean head(ByteBuf all) {
        PlainResponse plain = services.heads().response();
        plain.fill(all);
        Verdict verdict = plain.read();
        if (verdict == Verdict.INCOMPLETE) {
            return false;
        }
        boolean whole = verdict == Verdict.PLAIN && all.readableBytes() == plain.length + plain.content;
        boolean dropping = target.beingDropped(instance);
        if (verdict == Verdict.OTHER || plain.status != OK || dropping) {
            if (whole && !plain.closes) {
                giveBack(true);
            }
            boolean sick = ReadTarget.sick(plain.status) || ReadTarget.betweenDeletes(plain.status);
            startOver(dropping || (verdict == Verdict.PLAIN && sick));
            return false;
        }
        reusable = !plain.closes;
        missing = (long) plain.length + plain.content;
        content = plain.content;
        if (plain.dropped > 0) {
            held = withoutDropped(plain, all);
        }
        return true;
    }

    private ByteBuf withoutDropped(PlainResponse plain, ByteBuf all) {
        ByteBuf kept = client.alloc().ioBuffer(all.readableBytes());
        plain.writeKept(kept);
        kept.writeByte('\r').writeByte('\n');
        missing -= plain.length - kept.readableBytes();
        kept.writeBytes(all, all.readerIndex() + plain.length, all.readableBytes() - plain.length);
        all.release();
        return kept;
    }

    private void forward() {
        ByteBuf all = held;
        if (all == null) {
            return;
        }
        if (all.readableBytes() >= missing) {
            if (target.beingDropped(instance)) {
                giveBack(reusable && all.readableBytes() == missing);
                startOver(true);
                return;
            }
            held = null;
            finish(all);
        } else if (missing > HELD_BYTES) {
            held = null;
            streaming = true;
            releaseRequest();
            begins();
            stream(all);
        }
    }

    private void stream(ByteBuf bytes) {
        if (bytes.readableBytes() >= missing) {
            finish(bytes);
            return;
        }
        missing -= bytes.readableBytes();
        client.writeAndFlush(bytes, client.voidPromise());
        if (!client.channel().isWritable()) {
            clientWritable(false);
        }
    }

    /** The answer begins to leave: only now is the client told anything. */
    private void begins() {
        trail.answer(OK);
        trail.sent(content);
    }

    /** Sends the end of the answer. */
    private void finish(ByteBuf bytes) {
        if (!streaming) {
            begins();
        }
        boolean exact = bytes.readableBytes() == missing;
        if (!exact) {
            // More than was announced: it belongs to nobody, and the connection cannot be trusted.
            bytes.writerIndex(bytes.readerIndex() + (int) missing);
        }
        giveBack(exact && reusable);
        releaseRequest();
        client.writeAndFlush(bytes, client.voidPromise());
        long nanos = System.nanoTime() - startedNanos;
        trail.mark(Mark.WHOLE);
        completions().relayed(instance.index(), nanos, trail);
        relay.answered();
    }

    private Completions completions() {
        return services.proxy().admission().completions();
    }

    private void ended(int status, Ending how) {
        long nanos = System.nanoTime() - startedNanos;
        completions().ended(RouteKind.READ_COLLECTION_RECORDS, Place.COUNTED, status, nanos, trail, how);
    }

    private void giveBack(boolean again) {
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.endRaw(again);
        }
    }

    @Override
    public void failed(UpstreamException cause) {
        upstream = null;
        if (!streaming) {
            startOver(true);
            return;
        }
        // The answer cannot be completed as announced: closing is the only honest end.
        trail.sent(-missing);
        ended(CUT_OFF, Ending.CUT_OFF);
        relay.cutOff();
        client.close();
    }

    /** @param failed whether it is the instance's fault, so that another is better asked */
    private void startOver(boolean failed) {
        ByteBuf whole = request;
        request = null;
        if (whole != null) {
            services.proxy().admission().requests().withdraw();
            release();
            relay.startOver(whole, failed ? instance : null);
        }
    }

    void clientWritable(boolean writable) {
        UpstreamConnection connection = upstream;
        if (streaming && connection != null) {
            connection.pauseReading(!writable);
        }
    }

    void clientGone() {
        releaseRequest();
        release();
        if (streaming) {
            trail.sent(-missing);
        }
        ended(0, Ending.CLIENT_LEFT);
    }

    private void releaseRequest() {
        ByteBuf whole = request;
        request = null;
        if (whole != null) {
            whole.release();
        }
    }

    private void release() {
        ByteBuf to = head;
        head = null;
        if (to != null) {
            to.release();
        }
        body.release();
        body = Unpooled.EMPTY_BUFFER;
        ByteBuf part = held;
        held = null;
        if (part != null) {
            part.release();
        }
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.abort();
        }
    }
}
