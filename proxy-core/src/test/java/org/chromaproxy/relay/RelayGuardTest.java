package org.chromaproxy.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a connection remembers of a token is compared whole; that no comparison ends early is for ArchitectureTest. */
class RelayGuardTest {
    private static final byte[] KNOWN = "Bearer cp_0123456789".getBytes(StandardCharsets.US_ASCII);
    private static final int AT = 7;

    private static byte[] head(byte[] token) {
        byte[] head = "x".repeat(100).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(token, 0, head, AT, token.length);
        return head;
    }

    @Test
    void onlyTheSameBytesAreTheSame() {
        int end = AT + KNOWN.length;
        assertTrue(RelayGuard.same(KNOWN, head(KNOWN), AT, end));
        for (int i = 0; i < KNOWN.length; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] other = KNOWN.clone();
                other[i] ^= (byte) (1 << bit);
                assertFalse(RelayGuard.same(KNOWN, head(other), AT, end), "byte " + i + " bit " + bit);
            }
        }
        assertFalse(RelayGuard.same(KNOWN, head(KNOWN), AT, end - 1));
        assertFalse(RelayGuard.same(KNOWN, head(KNOWN), AT, end + 1));
        assertFalse(RelayGuard.same(KNOWN, head(KNOWN), AT + 1, end + 1));
        assertFalse(RelayGuard.same(new byte[0], head(KNOWN), AT, end));
        assertEquals(20, KNOWN.length);
    }
}
