package org.chromaproxy.relay;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.chromaproxy.access.Access;
import org.chromaproxy.access.Principal;
import org.chromaproxy.access.Role;
import org.chromaproxy.access.Tokens;
import org.jspecify.annotations.Nullable;

/**
 * Whether a plain read may go the short way. It remembers what its connection has shown last: the same bytes under the
 * same tokens mean the same. What it does not permit goes the ordinary way, which judges, answers and counts. Confined to
 * the connection's event loop.
 */
final class RelayGuard {
    private static final byte[] NONE = {};

    private final Access access;
    /** The set of tokens under which the bytes were found valid. */
    private @Nullable Tokens under;

    private byte[] shown = NONE;
    private boolean bare;
    private Principal principal = Principal.ANYONE;

    RelayGuard(Access access) {
        this.access = access;
    }

    /** The name of the token that was permitted last; empty without one. */
    String name() {
        return access.enabled() ? principal.name() : "";
    }

    boolean permits(PlainRequest head, String tenant) {
        if (access.limits().boundsRequests()) {
            // Counted on the ordinary way.
            return false;
        }
        if (!access.enabled()) {
            return true;
        }
        if (head.credential < 0) {
            return false;
        }
        Tokens now = access.tokens();
        return ((now == under && remembers(head)) || verify(head, now))
                && principal.role().covers(Role.READ)
                && principal.in(tenant);
    }

    private boolean remembers(PlainRequest head) {
        return bare == head.bare && same(shown, head.bytes, head.credential, head.credentialEnd);
    }

    /**
     * Whether these bytes stand there, found out in a time that depends on their number only: one that ended at the first
     * difference would tell a token byte by byte. {@code MessageDigest.isEqual} would need a copy of each request's.
     */
    static boolean same(byte[] known, byte[] bytes, int from, int to) {
        if (to - from != known.length) {
            return false;
        }
        int differences = 0;
        for (int i = 0; i < known.length; i++) {
            differences |= known[i] ^ bytes[from + i];
        }
        return differences == 0;
    }

    private boolean verify(PlainRequest head, Tokens now) {
        byte[] value = Arrays.copyOfRange(head.bytes, head.credential, head.credentialEnd);
        Optional<Principal> found = now.find(new String(value, StandardCharsets.US_ASCII), head.bare);
        if (found.isEmpty()) {
            return false;
        }
        under = now;
        shown = value;
        bare = head.bare;
        principal = found.get();
        return true;
    }
}
