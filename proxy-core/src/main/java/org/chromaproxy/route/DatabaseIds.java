package org.chromaproxy.route;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The id that clients see for a database. Every instance makes up its own, so the proxy derives one from the names, the
 * same whichever instance answers.
 */
public final class DatabaseIds {
    private static final UUID DEFAULT = new UUID(0, 0);

    private DatabaseIds() {}

    /** All zeros for the default database, as in Chroma; otherwise a UUID version 8 from SHA-256 of both names. */
    public static UUID stable(String tenant, String database) {
        if (tenant.equals("default_tenant") && database.equals("default_database")) {
            return DEFAULT;
        }
        byte[] first = tenant.getBytes(StandardCharsets.UTF_8);
        MessageDigest digest = sha256();
        // The length keeps ("a", "bc") and ("ab", "c") apart.
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(first.length).flip());
        digest.update(first);
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(database.getBytes(StandardCharsets.UTF_8)));
        long high = (hash.getLong() & ~0xf000L) | 0x8000L;
        long low = (hash.getLong() >>> 2) | (1L << 63);
        return new UUID(high, low);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
