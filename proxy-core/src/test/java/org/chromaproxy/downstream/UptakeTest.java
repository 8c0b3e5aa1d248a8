package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UptakeTest {
    private static final long GRACE_MS = 2_000;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Uptake uptake = new Uptake();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    /** So many bytes wait in the connection. */
    private void waits(int bytes) {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        channel.write(Unpooled.wrappedBuffer(new byte[bytes]));
    }

    private boolean stalled() {
        return uptake.stalled(channel, false, GRACE_MS);
    }

    @Test
    void aClientThatTakesNothingForItsTimeHasStalled() {
        waits(100);

        assertFalse(stalled());
        assertFalse(stalled());
        assertTrue(stalled());
    }

    @Test
    void timeBeginsAnewWhenSomethingWasTaken() {
        waits(100);
        stalled();
        stalled();
        channel.flush();
        waits(50);

        assertFalse(stalled());
        assertFalse(stalled());
        assertFalse(stalled());
        assertTrue(stalled());
    }

    @Test
    void whoHasRoomIsNotLookedAtUnlessAllHasToBeTaken() {
        for (int i = 0; i < 5; i++) {
            assertFalse(stalled());
        }
        for (int i = 0; i < 2; i++) {
            assertFalse(uptake.stalled(channel, true, GRACE_MS));
        }
        assertTrue(uptake.stalled(channel, true, GRACE_MS));
    }
}
