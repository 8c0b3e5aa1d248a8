package org.chromaproxy.wal.record;

import java.util.OptionalLong;
import java.util.UUID;

/**
 * The transaction id the proxy makes itself: a version 8 UUID (RFC 9562) of 60 bits of the log's identity and the LSN,
 * so that it names its record without an index. The database function {@code transaction_uuid} makes the same.
 */
public final class TransactionUuid {
    private static final long VERSION = 0x8000L;
    private static final long VERSION_MASK = 0xF000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private static final long LSN_MASK = 0x3FFF_FFFF_FFFF_FFFFL;

    private TransactionUuid() {}

    public static UUID of(UUID logId, long lsn) {
        return new UUID(identity(logId), VARIANT | (lsn & LSN_MASK));
    }

    /** The LSN a transaction id names; empty if this log did not make it. */
    public static OptionalLong lsn(UUID logId, UUID transaction) {
        boolean ours = transaction.getMostSignificantBits() == identity(logId)
                && (transaction.getLeastSignificantBits() & ~LSN_MASK) == VARIANT;
        return ours ? OptionalLong.of(transaction.getLeastSignificantBits() & LSN_MASK) : OptionalLong.empty();
    }

    private static long identity(UUID logId) {
        return (logId.getMostSignificantBits() & ~VERSION_MASK) | VERSION;
    }
}
