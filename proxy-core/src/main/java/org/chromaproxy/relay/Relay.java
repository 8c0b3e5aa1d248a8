package org.chromaproxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.completion.Trail;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.read.ReadTarget;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.wal.record.Mapping;
import org.jspecify.annotations.Nullable;

/**
 * Stands in front of a client connection's codec and takes the plain reads, one at a time; what it does not take it hands
 * on untouched. Confined to the connection's event loop; needs auto-read off.
 */
public final class Relay extends ChannelInboundHandlerAdapter {
    /** Longest request that is taken, in bytes. */
    private static final int MAX_REQUEST = 64 << 10;
    /** Most pieces that a request may come in. */
    private static final int MAX_PIECES = 8;

    private final RelayServices services;
    private @Nullable OrdinaryWay ordinary;
    private @Nullable ChannelHandlerContext context;
    private final RelayGuard guard;
    private @Nullable ClientLines lines;
    private boolean draining;
    /** Whether the codec has been given something since the last read was complete. */
    private boolean handedOn;
    /** The beginning of a request. */
    private @Nullable ByteBuf begun;

    private int pieces;
    private boolean waited;
    private @Nullable RelayedRead read;
    /** What came behind a request before it was answered. */
    private @Nullable ByteBuf later;
    /** The next request waits for the client to take answers. */
    private boolean full;

    public Relay(RelayServices services) {
        this.services = services;
        this.guard = new RelayGuard(services.proxy().admission().access());
    }

    /** Sets what stands behind; to be called before the connection is active. */
    public void inFrontOf(OrdinaryWay way) {
        ordinary = way;
    }

    /** Whether a read is under way here. */
    public boolean busy() {
        return read != null;
    }

    /** To be called about once a second: a request that does not get complete is for the ordinary way to wait for. */
    public void tick() {
        if (begun != null && waited) {
            handOn();
        }
        waited = begun != null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        lines = new ClientLines(
                ctx.channel().remoteAddress(),
                ctx.pipeline().get(SslHandler.class) != null,
                services.proxy().proxy().instances());
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        OrdinaryWay way = ordinary;
        if (read != null) {
            later = later == null ? bytes : joined(ctx.alloc(), later, bytes, 0);
        } else if (way == null || (begun == null && (draining || !way.between()))) {
            handedOn = true;
            ctx.fireChannelRead(bytes);
        } else {
            way.progress();
            ByteBuf whole = begun == null ? bytes : joined(ctx.alloc(), begun, bytes, 0);
            begun = whole;
            if (draining) {
                handOn();
            } else {
                take(ctx, whole);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // The codec would read on when it was given nothing.
        if (handedOn) {
            handedOn = false;
            ctx.fireChannelReadComplete();
        }
    }

    private void take(ChannelHandlerContext ctx, ByteBuf whole) {
        PlainRequest head = services.heads().request();
        head.fill(whole);
        Verdict verdict = head.read();
        long length = (long) head.length + head.content;
        boolean cut = verdict == Verdict.INCOMPLETE || (verdict == Verdict.PLAIN && whole.readableBytes() < length);
        if (cut && length <= MAX_REQUEST && pieces < MAX_PIECES) {
            pieces++;
            ctx.read();
        } else if (verdict != Verdict.PLAIN || whole.readableBytes() != length || !begin(ctx, head, whole)) {
            handOn();
        }
    }

    /** Starts the read, if there is an instance to ask and a place to do so. */
    private boolean begin(ChannelHandlerContext ctx, PlainRequest head, ByteBuf whole) {
        ExchangeServices proxy = services.proxy();
        CollectionEntry entry = proxy.proxy().catalog().byId(head.collection()).orElse(null);
        ClientLines about = lines;
        if (entry == null
                || about == null
                || !head.leadsTo(entry)
                || !guard.permits(head, entry.path().tenant())
                || !proxy.admission().serving().getAsBoolean()) {
            return false;
        }
        ReadTarget target = new ReadTarget(proxy, Optional.of(entry), any -> "");
        Instance instance = target.pick(Set.of());
        Optional<Mapping.Place> place = instance == null ? Optional.empty() : entry.place(instance);
        if (instance == null || place.isEmpty() || !proxy.admission().requests().enter()) {
            return false;
        }
        Trail trail = trail(head, about);
        head.swap(place.get().instanceId());
        begun = null;
        pieces = 0;
        RelayedRead started = new RelayedRead(this, services, ctx, whole, target, instance);
        read = started;
        started.start(head, about, trail);
        return true;
    }

    private Trail trail(PlainRequest head, ClientLines about) {
        Feed feed = services.proxy().admission().completions().feed();
        if (!feed.watched()) {
            return Trail.NONE;
        }
        Trail trail = feed.begin(
                about.client(), head.method(), head.path(), RouteKind.READ_COLLECTION_RECORDS, head.traceparent());
        trail.principal(guard.name());
        trail.received(head.content);
        return trail;
    }

    /** The read is answered. */
    void answered() {
        read = null;
        ChannelHandlerContext ctx = context;
        OrdinaryWay way = ordinary;
        if (ctx != null && way != null) {
            way.progress();
            next(ctx);
        }
    }

    /** Goes on to the next request, once the client has taken enough of the answers before. */
    private void next(ChannelHandlerContext ctx) {
        full = !ctx.channel().isWritable();
        if (full) {
            return;
        }
        ByteBuf next = later;
        later = null;
        if (next == null) {
            ctx.read();
        } else {
            channelRead(ctx, next);
            channelReadComplete(ctx);
        }
    }

    /** The answer ended before its end; the connection is being closed. */
    void cutOff() {
        read = null;
    }

    /**
     * The read has to begin anew, on the ordinary way.
     *
     * @param failed the instance that has failed it, if one has
     */
    void startOver(ByteBuf whole, @Nullable Instance failed) {
        read = null;
        if (failed != null && ordinary != null) {
            ordinary.failedOn(failed);
        }
        begun = whole;
        handOn();
        if (context != null) {
            channelReadComplete(context);
        }
    }

    private void handOn() {
        ByteBuf bytes = begun;
        ByteBuf behind = later;
        ChannelHandlerContext ctx = context;
        begun = null;
        later = null;
        pieces = 0;
        if (ctx == null || bytes == null) {
            return;
        }
        handedOn = true;
        ctx.fireChannelRead(bytes);
        if (behind != null) {
            ctx.fireChannelRead(behind);
        }
    }

    /** Both in one buffer with room for at least {@code room} bytes; takes both over. */
    static ByteBuf joined(ByteBufAllocator allocator, ByteBuf first, ByteBuf second, int room) {
        int length = first.readableBytes() + second.readableBytes();
        ByteBuf whole = allocator.ioBuffer(Math.max(room, length));
        whole.writeBytes(first).writeBytes(second);
        first.release();
        second.release();
        return whole;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        draining |= event == Draining.NOW;
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (read != null) {
            read.clientWritable(ctx.channel().isWritable());
        } else if (full) {
            next(ctx);
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        clear();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        clear();
    }

    private void clear() {
        RelayedRead left = read;
        read = null;
        if (left != null) {
            left.clientGone();
        }
        if (begun != null) {
            begun.release();
            begun = null;
        }
        if (later != null) {
            later.release();
            later = null;
        }
    }
}
