package org.chromaproxy.drill.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The bytes of one connection in one direction, on their way. */
final class Flow extends ChannelInboundHandlerAdapter {
    /** Bytes taken from a sender and not passed on; past this its own kernel has to keep them. */
    private static final int MOST_UNDER_WAY = 64 << 20;

    private static final int THROTTLED_PIECE = 4096;

    /** @param bytes empty for the sender's orderly end */
    private record Parcel(@Nullable ByteBuf bytes, long dueNanos, boolean looked) {}

    private final Pipe pipe;
    private final boolean up;
    private final Deque<Parcel> underWay = new ArrayDeque<>();
    private int bytesUnderWay;
    private long readyAt = System.nanoTime();
    private boolean waking;
    private boolean senderReset;
    private boolean finished;
    private @Nullable Channel from;
    private @Nullable Channel to;

    Flow(Pipe pipe, boolean up) {
        this.pipe = pipe;
        this.up = up;
    }

    void from(Channel sender) {
        from = sender;
    }

    void to(Channel receiver) {
        to = receiver;
        advance();
    }

    boolean finished() {
        return finished;
    }

    boolean broken() {
        return senderReset;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (pipe.dead() || finished) {
            ReferenceCountUtil.release(message);
            return;
        }
        ByteBuf bytes = (ByteBuf) message;
        bytesUnderWay += bytes.readableBytes();
        add(bytes);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !senderReset && !pipe.dead()) {
            add(null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!pipe.dead()) {
            senderReset = true;
            if (underWay.isEmpty() && pipe.link().mode().passes(up)) {
                pipe.reset();
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        pipe.advance();
    }

    /**
     * The end of a hole.
     *
     * @param late whether bytes of a sender that has reset the connection go on all the same
     */
    void healed(boolean late) {
        if (senderReset && !late) {
            pipe.cut();
        } else {
            advance();
        }
    }

    void drop() {
        underWay.forEach(parcel -> ReferenceCountUtil.release(parcel.bytes()));
        underWay.clear();
        bytesUnderWay = 0;
    }

    private void add(@Nullable ByteBuf bytes) {
        long delay = pipe.link().mode().delayNanos();
        underWay.add(new Parcel(bytes, System.nanoTime() + delay, false));
        advance();
    }

    /** Passes on what is due. */
    void advance() {
        Channel receiver = to;
        while (receiver != null && pipe.link().mode().passes(up) && receiver.isWritable()) {
            Parcel next = underWay.peek();
            if (next == null) {
                if (senderReset) {
                    pipe.cut();
                }
                break;
            }
            long wait = Math.max(next.dueNanos(), readyAt) - System.nanoTime();
            if (wait > 0) {
                wakeIn(wait);
                break;
            }
            underWay.remove();
            pass(next, receiver);
        }
        if (receiver != null) {
            receiver.flush();
        }
        regulate();
    }

    private void pass(Parcel parcel, Channel receiver) {
        ByteBuf bytes = parcel.bytes();
        if (bytes == null) {
            finished = true;
            // Behind everything written before: shutting down drops what is not flushed yet.
            receiver.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
                ((SocketChannel) receiver).shutdownOutput();
                pipe.maybeFinished();
            });
            return;
        }
        bytesUnderWay -= bytes.readableBytes();
        int cut = parcel.looked() ? Marks.NO_CUT : pipe.marks().cutAt(bytes, up);
        if (cut != Marks.NO_CUT) {
            receiver.writeAndFlush(bytes.readSlice(cut));
            pipe.cut();
            return;
        }
        int rate = pipe.link().mode().bytesPerSecond();
        if (rate == Integer.MAX_VALUE) {
            receiver.write(bytes);
            return;
        }
        int piece = Math.min(bytes.readableBytes(), THROTTLED_PIECE);
        readyAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(piece) / rate;
        receiver.write(bytes.readRetainedSlice(piece));
        if (bytes.isReadable()) {
            bytesUnderWay += bytes.readableBytes();
            underWay.addFirst(new Parcel(bytes, parcel.dueNanos(), true));
        } else {
            bytes.release();
        }
    }

    private void wakeIn(long nanos) {
        if (!waking) {
            waking = true;
            pipe.link()
                    .loop()
                    .schedule(
                            () -> {
                                waking = false;
                                advance();
                            },
                            nanos,
                            TimeUnit.NANOSECONDS);
        }
    }

    /** A sender is read as long as there is room; in a hole too, so that its end is noticed. */
    private void regulate() {
        Channel sender = from;
        if (sender != null && sender.isOpen()) {
            Channel receiver = to;
            boolean clogged = receiver != null && !receiver.isWritable();
            sender.config().setAutoRead(bytesUnderWay < MOST_UNDER_WAY && !clogged);
        }
    }
}
