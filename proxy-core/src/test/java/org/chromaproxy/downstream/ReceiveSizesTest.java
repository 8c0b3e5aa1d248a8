package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // The only kind of handle that epoll takes.
class ReceiveSizesTest {
    private int most = ReceiveSizes.HEAD_BYTES;
    private final RecvByteBufAllocator.Handle sizes = new ReceiveSizes(() -> most).newHandle();

    /** Reads that fill their buffers: Netty then takes larger ones. */
    private void readMuch() {
        sizes.reset(new DefaultChannelConfig(new EmbeddedChannel()));
        for (int i = 0; i < 20; i++) {
            sizes.attemptedBytesRead(sizes.guess());
            sizes.lastBytesRead(sizes.guess());
            sizes.readComplete();
        }
    }

    @Test
    void noMoreIsReadAtOnceThanMayBeNow() {
        most = Integer.MAX_VALUE;
        readMuch();
        assertTrue(sizes.guess() > ReceiveSizes.HEAD_BYTES, () -> sizes.guess() + " bytes");

        most = ReceiveSizes.HEAD_BYTES;
        assertEquals(ReceiveSizes.HEAD_BYTES, sizes.guess());
        most = 17;
        ByteBuf buffer = sizes.allocate(UnpooledByteBufAllocator.DEFAULT);
        assertEquals(17, buffer.capacity());
        buffer.release();
    }
}
