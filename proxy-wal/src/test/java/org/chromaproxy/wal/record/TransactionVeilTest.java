package org.chromaproxy.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Ids that tell neither the order of writes nor their number. */
class TransactionVeilTest {
    private static final UUID LOG = UUID.fromString("0198a3c4-1234-4abc-8def-0123456789ab");
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final TransactionVeil veil = new TransactionVeil(LOG, KEY, 10);

    @Test
    void anIdNamesItsRecordAndNoOtherHasIt() {
        Set<UUID> ids = new HashSet<>();
        for (long lsn = 0; lsn < 20_000; lsn++) {
            UUID id = veil.veiled(lsn);
            assertTrue(ids.add(id), id.toString());
            assertEquals(OptionalLong.of(lsn), veil.lsn(id));
            assertEquals(OptionalLong.of(lsn), veil.confinedLsn(id));
            assertEquals(8, id.version());
            assertEquals(2, id.variant());
        }
        for (long lsn : new long[] {(1L << 62) - 1, 1L << 31, (1L << 31) - 1, 1L << 61}) {
            assertEquals(OptionalLong.of(lsn), veil.lsn(veil.veiled(lsn)));
        }
    }

    /** Of neighbours half of the 62 bits differ, as of any two. */
    @Test
    void neighboursHaveNothingInCommon() {
        long differing = 0;
        int descents = 0;
        int pairs = 10_000;
        for (long lsn = 0; lsn < pairs; lsn++) {
            long one = veil.veiled(lsn).getLeastSignificantBits();
            long next = veil.veiled(lsn + 1).getLeastSignificantBits();
            differing += Long.bitCount(one ^ next);
            descents += one > next ? 1 : 0;
        }
        assertTrue(Math.abs(differing / (double) pairs - 31) < 0.5, "bits: " + differing / (double) pairs);
        assertTrue(Math.abs(descents - pairs / 2) < 300, "descents: " + descents);
    }

    @Test
    void plainIdsAreForThoseWhoMayKnowTheLsnAndForWhatWasToldBefore() {
        assertEquals(TransactionUuid.of(LOG, 11), veil.plain(11));
        assertEquals(OptionalLong.of(11), veil.lsn(veil.plain(11)));
        assertEquals(OptionalLong.empty(), veil.confinedLsn(veil.plain(11)));
        assertEquals(OptionalLong.of(10), veil.confinedLsn(veil.plain(10)));
    }

    @Test
    void anotherLogOrAnotherKeyNamesNothingOfThisOne() {
        UUID id = veil.veiled(7);
        UUID other = new UUID(LOG.getMostSignificantBits() ^ 0x1000_0000L, 0);
        assertEquals(OptionalLong.empty(), new TransactionVeil(other, KEY, 0).lsn(id));
        byte[] key = KEY.clone();
        key[0]++;
        assertNotEquals(id, new TransactionVeil(LOG, key, 0).veiled(7));
        assertNotEquals(OptionalLong.of(7), new TransactionVeil(LOG, key, 0).lsn(id));
        assertEquals(OptionalLong.empty(), veil.lsn(UUID.randomUUID()));
    }
}
