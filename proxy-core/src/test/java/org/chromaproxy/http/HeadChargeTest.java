package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeadChargeTest {
    private static final int STEP = 2 << 10;
    private static final int LONG_LINE = 3_000;

    private int free = 2 * STEP;
    private int taken;
    private final HeadCharge charge = new HeadCharge(new HeadMemory() {
        @Override
        public boolean reserve(int bytes) {
            if (taken + bytes > free) {
                return false;
            }
            taken += bytes;
            return true;
        }

        @Override
        public void release(int bytes) {
            taken -= bytes;
        }
    });

    @Test
    void theHeadOfAUsualRequestIsNotReserved() {
        for (int i = 0; i < 8; i++) {
            charge.field(50);
        }
        charge.ended();

        assertEquals(0, taken);
    }

    @Test
    void memoryIsReservedInStepsAndTheHeadFailsThatFindsNone() {
        charge.field(STEP);
        assertEquals(STEP, taken);

        free = STEP;
        assertTrue(charge.holds(0));
        assertFalse(charge.holds(2 * STEP));
        assertThrows(HeadCharge.Exhausted.class, () -> charge.field(2 * STEP));
    }

    @Test
    void whatTheDecoderKeepsForTheLongestLineStaysReservedUntilTheEnd() {
        charge.field(LONG_LINE);
        charge.ended();
        assertTrue(taken > 0 && taken < LONG_LINE, () -> taken + " bytes");

        charge.close();
        assertEquals(0, taken);
    }
}
