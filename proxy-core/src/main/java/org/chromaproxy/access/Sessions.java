package org.chromaproxy.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who has signed in on the operators' page. A session stands for one token, and ends with it; it is shown by two secrets
 * together, one in a cookie that the page cannot read, one that the page keeps and no other page or port of the host gets.
 * The second is a keyed hash of the first, so that every window of a browser, which share their cookies, is given the same.
 * Of the first a hash is kept only. Thread-safe.
 */
final class Sessions {
    /** Without a request; the page asks every two seconds while it is seen. */
    static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(30);

    static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(12);
    static final int MOST = 256;
    static final int MOST_OF_A_TOKEN = 32;
    private static final int SECRET_BYTES = 32;
    private static final String MAC = "HmacSHA256";

    private final SecureRandom random;
    private final LongSupplier nanos;
    private final byte[] proofKey = new byte[SECRET_BYTES];
    /** By the hash of what is in the cookie, least recently used first. */
    private final Map<String, Session> all = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * What a client that has signed in shows from then on.
     *
     * @param cookie 256 random bits
     * @param proof 256 bits that tell nothing of them
     */
    record Secrets(String cookie, String proof) {}

    private static final class Session {
        private final byte[] token;
        private final long began;
        private long used;

        Session(byte[] token, long now) {
            this.token = token;
            this.began = now;
            this.used = now;
        }

        boolean over(long now) {
            return now - used > IDLE_NANOS || now - began > LONGEST_NANOS;
        }
    }

    /** @param nanos a monotonic clock */
    Sessions(SecureRandom random, LongSupplier nanos) {
        this.random = random;
        this.nanos = nanos;
        random.nextBytes(proofKey);
    }

    /**
     * Begins one, or goes on with that of the cookie if it is one of the same token.
     *
     * @param shown the cookie that came with the token; empty for none
     */
    synchronized Secrets begin(Token token, Optional<String> shown) {
        Session known = shown.map(cookie -> all.get(key(cookie))).orElse(null);
        long now = nanos.getAsLong();
        if (known != null && !known.over(now) && MessageDigest.isEqual(known.token, token.hash())) {
            known.used = now;
            return new Secrets(shown.orElseThrow(), proof(shown.orElseThrow()));
        }
        shown.ifPresent(this::end);
        return begin(token);
    }

    /** Where there are too many, the one that was used least recently ends, of the same token first. */
    private Secrets begin(Token token) {
        long now = nanos.getAsLong();
        all.values().removeIf(session -> session.over(now));
        long ofToken = all.values().stream()
                .filter(session -> MessageDigest.isEqual(session.token, token.hash()))
                .count();
        if (ofToken >= MOST_OF_A_TOKEN || all.size() >= MOST) {
            all.entrySet().stream()
                    .filter(each ->
                            ofToken < MOST_OF_A_TOKEN || MessageDigest.isEqual(each.getValue().token, token.hash()))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .ifPresent(all::remove);
        }
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String cookie = text(bytes);
        all.put(key(cookie), new Session(token.hash(), now));
        return new Secrets(cookie, proof(cookie));
    }

    /** The token that a session stands for, if it is one of those valid now; else the session is over. */
    synchronized Optional<Token> find(String cookie, String proof, Tokens valid) {
        String key = key(cookie);
        Session session = all.get(key);
        long now = nanos.getAsLong();
        if (session == null) {
            return Optional.empty();
        }
        Optional<Token> token = session.over(now) ? Optional.empty() : valid.byHash(session.token);
        if (token.isEmpty()) {
            all.remove(key);
            return Optional.empty();
        }
        if (!MessageDigest.isEqual(Token.hash(proof(cookie)), Token.hash(proof))) {
            return Optional.empty();
        }
        session.used = now;
        return token;
    }

    /** Ends it, if it is one. */
    synchronized void end(String cookie) {
        all.remove(key(cookie));
    }

    synchronized int size() {
        return all.size();
    }

    private String proof(String cookie) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(proofKey, MAC));
            return text(mac.doFinal(cookie.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + MAC, e);
        }
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String key(String cookie) {
        return HexFormat.of().formatHex(Token.hash(cookie));
    }
}
