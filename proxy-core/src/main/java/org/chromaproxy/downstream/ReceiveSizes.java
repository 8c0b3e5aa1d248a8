package org.chromaproxy.downstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.IntSupplier;

/**
 * How much one read of a client's socket takes: Netty's adaptive sizes, up to 64 KiB and what is reserved for it, within a
 * body; little between bodies, where whoever sends has not been asked for a token yet. Confined to the connection's event loop.
 */
final class ReceiveSizes implements RecvByteBufAllocator {
    /** More than the head of a usual request. */
    static final int HEAD_BYTES = 4 << 10;

    private static final RecvByteBufAllocator ADAPTIVE = new AdaptiveRecvByteBufAllocator();

    private final IntSupplier most;

    /** @param most bytes of the next read; more than zero */
    ReceiveSizes(IntSupplier most) {
        this.most = most;
    }

    @Override
    @SuppressWarnings("deprecation") // The only kind of handle that epoll takes.
    public Handle newHandle() {
        return new Sizes((ExtendedHandle) ADAPTIVE.newHandle());
    }

    @SuppressWarnings("deprecation")
    private final class Sizes extends DelegatingHandle implements ExtendedHandle {
        private final ExtendedHandle adaptive;

        Sizes(ExtendedHandle adaptive) {
            super(adaptive);
            this.adaptive = adaptive;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator alloc) {
            return alloc.ioBuffer(guess());
        }

        @Override
        public int guess() {
            return Math.min(super.guess(), most.getAsInt());
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return adaptive.continueReading(maybeMore);
        }
    }
}
