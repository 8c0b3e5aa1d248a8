package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.chromaproxy.http.HeadMemory;
import org.junit.jupiter.api.Test;

/** Records that come in parts. */
class RecordMemoryTest {
    private static final int LIMIT = 20_000;
    private static final int HEAD = 5;

    private final Reserved memory = new Reserved();
    private boolean inBody;
    private final EmbeddedChannel channel = new EmbeddedChannel(new RecordMemory(memory, () -> inBody));

    private static final class Reserved implements HeadMemory {
        private int bytes;

        @Override
        public boolean reserve(int more) {
            boolean fits = bytes + more <= LIMIT;
            bytes += fits ? more : 0;
            return fits;
        }

        @Override
        public void release(int less) {
            bytes -= less;
        }
    }

    private static ByteBuf record(int length) {
        return Unpooled.buffer()
                .writeByte(23)
                .writeShort(0x0303)
                .writeShort(length)
                .writeZero(length);
    }

    private void sends(ByteBuf bytes) {
        int all = bytes.readableBytes();
        channel.writeInbound(bytes);
        if (channel.isOpen()) {
            ByteBuf passed = channel.readInbound();
            assertEquals(all, passed.readableBytes());
            passed.release();
        }
    }

    @Test
    void wholeRecordsAndShortBeginningsCostNothing() {
        sends(Unpooled.wrappedBuffer(
                record(16_000),
                record(0),
                record(100),
                record(RecordMemory.FREE).readSlice(600)));
        assertEquals(0, memory.bytes);
        sends(record(RecordMemory.FREE).skipBytes(600).readSlice(RecordMemory.FREE - 600));
        assertEquals(0, memory.bytes);
    }

    @Test
    void aLongBeginningIsReservedUntilItIsWhole() {
        ByteBuf record = record(16_000);
        for (int i = 0; i < 3; i++) {
            sends(record.readRetainedSlice(1));
        }
        sends(record.readRetainedSlice(9_997));
        assertEquals(10_000, memory.bytes);
        sends(record.readRetainedSlice(6_000));
        assertEquals(16_000, memory.bytes);
        sends(Unpooled.wrappedBuffer(record, record(9).readSlice(3)));
        assertEquals(0, memory.bytes);
    }

    @Test
    void aBodyThatWasLetInHasMemoryOfItsOwn() {
        inBody = true;
        sends(record(16_000).readSlice(12_000));
        assertEquals(0, memory.bytes);
    }

    @Test
    void whereThereIsNoMemoryTheConnectionEnds() {
        memory.reserve(LIMIT - 5_000);
        sends(record(16_000).readSlice(HEAD + 4_900));
        assertTrue(channel.isOpen());
        sends(Unpooled.buffer().writeZero(1_000));
        assertFalse(channel.isOpen());
        assertEquals(LIMIT - 5_000, memory.bytes);
    }
}
