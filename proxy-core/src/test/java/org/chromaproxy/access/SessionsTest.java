package org.chromaproxy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a session is, and when it ends. */
class SessionsTest {
    private static final Token ADMIN = token("admin", Role.ADMIN);
    private static final Token READER = token("reader", Role.READ);
    private static final Tokens BOTH = new Tokens(List.of(ADMIN, READER));

    private final AtomicLong nanos = new AtomicLong();
    private final Sessions sessions = new Sessions(new SecureRandom(), nanos::get);

    private static Token token(String name, Role role) {
        return new Token(new Principal(name, role, Set.of()), Token.hash("secret of " + name));
    }

    private Sessions.Secrets begin(Token token) {
        return sessions.begin(token, Optional.empty());
    }

    private String who(Sessions.Secrets shown) {
        return who(shown.cookie(), shown.proof(), BOTH);
    }

    private String who(String cookie, String proof, Tokens valid) {
        return sessions.find(cookie, proof, valid)
                .map(token -> token.principal().name())
                .orElse("nobody");
    }

    @Test
    void itIsShownByBothSecretsTogether() {
        Sessions.Secrets admin = begin(ADMIN);
        Sessions.Secrets reader = begin(READER);
        assertEquals("admin", who(admin));
        assertEquals("reader", who(reader));
        assertTrue(admin.cookie().length() >= 43 && admin.proof().length() >= 43, admin.toString());
        assertNotEquals(admin.cookie(), reader.cookie());
        assertEquals("nobody", who(admin.cookie(), "", BOTH));
        assertEquals("nobody", who(admin.cookie(), reader.proof(), BOTH));
        assertEquals("nobody", who(admin.proof(), admin.cookie(), BOTH));
        assertEquals("nobody", who("", admin.proof(), BOTH));
        assertEquals("admin", who(admin), "a wrong guess ends nobody's session");
    }

    @Test
    void itEndsWhenItIsIdleAndAfterItsLongestTime() {
        Sessions.Secrets idle = begin(READER);
        Sessions.Secrets used = begin(READER);
        long step = Sessions.IDLE_NANOS - 1;
        for (long at = step; at < Sessions.LONGEST_NANOS; at += step) {
            nanos.set(at);
            assertEquals("reader", who(used));
        }
        assertEquals("nobody", who(idle));
        nanos.set(Sessions.LONGEST_NANOS + TimeUnit.SECONDS.toNanos(1));
        assertEquals("nobody", who(used));
        assertEquals(0, sessions.size());
    }

    @Test
    void itEndsWithItsTokenAndWithSigningOut() {
        Sessions.Secrets revoked = begin(READER);
        Sessions.Secrets left = begin(ADMIN);
        assertEquals("nobody", who(revoked.cookie(), revoked.proof(), new Tokens(List.of(ADMIN))));
        assertEquals("nobody", who(revoked), "a token that comes back brings no session with it");
        sessions.end(left.cookie());
        assertEquals("nobody", who(left));
    }

    @Test
    void itGrantsWhatItsTokenGrantsNow() {
        Sessions.Secrets shown = begin(ADMIN);
        Token lowered = new Token(new Principal("admin", Role.READ, Set.of("t")), ADMIN.hash());
        assertEquals(Optional.of(lowered), sessions.find(shown.cookie(), shown.proof(), new Tokens(List.of(lowered))));
    }

    @Test
    void windowsOfABrowserShareOneAndAnotherTokenBeginsItsOwn() {
        Sessions.Secrets first = begin(ADMIN);
        assertEquals(first, sessions.begin(ADMIN, Optional.of(first.cookie())));
        Sessions.Secrets other = sessions.begin(READER, Optional.of(first.cookie()));
        assertNotEquals(first.cookie(), other.cookie());
        assertEquals("nobody", who(first));
        assertEquals("reader", who(other));
        Sessions.Secrets planted = sessions.begin(READER, Optional.of("chosen by somebody else"));
        assertNotEquals("chosen by somebody else", planted.cookie());
    }

    @Test
    void theirNumberIsBoundedAndATokensOwnMakeRoomFirst() {
        Sessions.Secrets admin = begin(ADMIN);
        Sessions.Secrets oldest = begin(READER);
        for (int i = 0; i < Sessions.MOST_OF_A_TOKEN; i++) {
            begin(READER);
        }
        assertEquals(Sessions.MOST_OF_A_TOKEN + 1, sessions.size());
        assertEquals("nobody", who(oldest));
        assertEquals("admin", who(admin));
        for (int i = 0; i < 2 * Sessions.MOST; i++) {
            begin(token("token-" + i, Role.READ));
        }
        assertEquals(Sessions.MOST, sessions.size());
    }
}
