package org.chromaproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** An answer's bytes are reserved before they are held, and no more than were reserved are given back. */
class WholeAnswerTest {
    private static final int MOST = 100_000;

    /** With so many bytes in all. */
    private static final class Account implements AnswerMemory {
        private final int limit;
        private int used;
        private int peak;

        Account(int limit) {
            this.limit = limit;
        }

        @Override
        public boolean reserve(int bytes) {
            if (used + bytes > limit) {
                return false;
            }
            used += bytes;
            peak = Math.max(peak, used);
            return true;
        }

        @Override
        public void release(int bytes) {
            used -= bytes;
            assertTrue(used >= 0, "more was given back than taken");
        }

        @Override
        public int most() {
            return MOST;
        }
    }

    private static ByteBuf bytes(int count) {
        return Unpooled.wrappedBuffer(new byte[count]);
    }

    @Test
    void whatIsHeldIsReservedAndStaysSoUntilItIsTaken() {
        Account account = new Account(1 << 20);
        WholeAnswer answer = new WholeAnswer(account);
        for (int i = 0; i < 90; i++) {
            assertFalse(answer.beyond(1_000, -1));
            assertTrue(answer.add(bytes(1_000), -1));
            assertTrue(account.used >= (i + 1) * 1_000);
        }
        assertTrue(answer.trim());
        assertEquals(90_000, account.used);
        assertArrayEquals(new byte[90_000], answer.take());
        assertEquals(90_000, account.used, "whoever took it gives it back");
    }

    @Test
    void whatIsAnnouncedIsMadeAtOnce() {
        Account account = new Account(60_000);
        WholeAnswer answer = new WholeAnswer(account);
        assertTrue(answer.add(bytes(10), 50_000));
        assertTrue(answer.add(bytes(49_990), 50_000));
        assertTrue(answer.trim());
        assertEquals(50_000, account.peak);
    }

    @Test
    void whatIsAnnouncedIsTheWholeAndNotWhatIsLeft() {
        WholeAnswer answer = new WholeAnswer(new Account(1 << 20));
        assertFalse(answer.beyond(40_000, MOST));
        assertTrue(answer.add(bytes(40_000), MOST));
        assertFalse(answer.beyond(60_000, MOST));
        assertTrue(answer.beyond(60_001, MOST));
        assertTrue(new WholeAnswer(new Account(1 << 20)).beyond(1, MOST + 1));
    }

    @Test
    void whatIsNotThereIsNotHeld() {
        Account account = new Account(10_000);
        WholeAnswer answer = new WholeAnswer(account);
        ByteBuf last = bytes(9_000);
        assertTrue(answer.add(bytes(3_000), -1));
        assertFalse(answer.add(last, -1));
        assertEquals(0, last.refCnt());
        answer.drop();
        assertEquals(0, account.used);
        answer.drop();
        assertEquals(0, account.used);
        assertTrue(answer.beyond(MOST + 1, -1));
    }
}
