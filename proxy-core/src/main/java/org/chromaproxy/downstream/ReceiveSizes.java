package org.chromaproxy.downstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.BooleanSupplier;

/**
 * How much one read of a client's socket takes: Netty's adaptive sizes, up to 64 KiB, within a body; little between bodies,
 * where whoever sends has not been asked for a token yet. Confined to the connection's event loop.
 */
final class ReceiveSizes implements RecvByteBufAllocator {
    /** More than the head of a usual request. */
    static final int HEAD_BYTES = 4 << 10;

    private static final RecvByteBufAllocator ADAPTIVE = new AdaptiveRecvByteBufAllocator();

    private final BooleanSupplier inBody;

    /** @param inBody whether what comes next belongs to a request that has been let in */
    ReceiveSizes(BooleanSupplier inBody) {
        this.inBody = inBody;
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
            int size = super.guess();
            return inBody.getAsBoolean() ? size : Math.min(size, HEAD_BYTES);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return adaptive.continueReading(maybeMore);
        }
    }
}
