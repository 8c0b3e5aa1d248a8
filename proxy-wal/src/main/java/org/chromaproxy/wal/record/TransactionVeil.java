package org.chromaproxy.wal.record;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.OptionalLong;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The transaction ids that the proxy makes for clients that are confined to some tenants: as {@link TransactionUuid}, with
 * the LSN permuted by a secret key, so that ids tell neither the order of writes nor their number. The permutation is a
 * Feistel network of eight rounds over 62 bits whose round function is HMAC-SHA-256 (Luby and Rackoff, 1988). Such an id differs
 * from a plain one in a bit of the log's identity. Thread-safe.
 */
public final class TransactionVeil {
    private static final String MAC = "HmacSHA256";
    private static final int ROUNDS = 8;
    private static final int HALF = 31;
    private static final long HALF_MASK = (1L << HALF) - 1;
    private static final long MARK = 1;

    private final UUID logId;
    private final UUID marked;
    private final long after;
    private final ThreadLocal<Mac> macs;

    /**
     * That of one log.
     *
     * @param key secret
     * @param after up to this LSN such clients may know of plain ids
     */
    public TransactionVeil(UUID logId, byte[] key, long after) {
        SecretKeySpec secret = new SecretKeySpec(key.clone(), MAC);
        this.logId = logId;
        this.marked = new UUID(logId.getMostSignificantBits() ^ MARK, logId.getLeastSignificantBits());
        this.after = after;
        this.macs = ThreadLocal.withInitial(() -> mac(secret));
    }

    private static Mac mac(SecretKeySpec secret) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(secret);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + MAC, e);
        }
    }

    /** The id of a record for those who may know the LSN. */
    public UUID plain(long lsn) {
        return TransactionUuid.of(logId, lsn);
    }

    /** The id of a record for everybody else. */
    public UUID veiled(long lsn) {
        return TransactionUuid.of(marked, permuted(lsn));
    }

    /** The LSN that an id of either form names; empty if this log did not make it. */
    public OptionalLong lsn(UUID id) {
        OptionalLong plain = TransactionUuid.lsn(logId, id);
        return plain.isPresent() ? plain : veiledLsn(id);
    }

    /**
     * The same for those who get veiled ids: with plain ones they could try which positions of the log are their own, and so
     * count the others.
     */
    public OptionalLong confinedLsn(UUID id) {
        OptionalLong plain = TransactionUuid.lsn(logId, id);
        return plain.isPresent() && plain.getAsLong() <= after ? plain : veiledLsn(id);
    }

    private OptionalLong veiledLsn(UUID id) {
        OptionalLong permuted = TransactionUuid.lsn(marked, id);
        return permuted.isPresent() ? OptionalLong.of(restored(permuted.getAsLong())) : permuted;
    }

    private long permuted(long lsn) {
        long left = lsn >>> HALF & HALF_MASK;
        long right = lsn & HALF_MASK;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ mixed(round, right);
            left = right;
            right = next;
        }
        return left << HALF | right;
    }

    private long restored(long permuted) {
        long left = permuted >>> HALF & HALF_MASK;
        long right = permuted & HALF_MASK;
        for (int round = ROUNDS - 1; round >= 0; round--) {
            long before = right ^ mixed(round, left);
            right = left;
            left = before;
        }
        return left << HALF | right;
    }

    private long mixed(int round, long half) {
        byte[] input = ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(round)
                .putLong(half)
                .array();
        return ByteBuffer.wrap(macs.get().doFinal(input)).getLong() & HALF_MASK;
    }
}
