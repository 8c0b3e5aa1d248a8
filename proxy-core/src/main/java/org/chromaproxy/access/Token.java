package org.chromaproxy.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.chromaproxy.config.PrincipalLimit;

/**
 * One line of the tokens file.
 *
 * <p>The secret is 256 random bits, so its plain SHA-256 tells nothing of it: there is nothing to guess from a list, which
 * is what salts and slow hashes are for (OWASP's password storage sheet is about passwords that people choose). And it
 * costs each request less than a microsecond, where a slow hash would let anybody keep the processors busy.
 *
 * @param hash SHA-256 of the secret's UTF-8 bytes; not to be changed
 */
record Token(Principal principal, byte[] hash) {
    static final String HASH = "sha256:";
    /** What a leaked secret is recognised by, in code and in logs. */
    private static final String SECRET = "cp_";

    private static final int SECRET_BYTES = 32;

    static String newSecret(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return SECRET + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The line that stands for it in the file. */
    String line() {
        String tenants = principal.everywhere() ? TokensFile.EVERY_TENANT : String.join(",", principal.tenants());
        StringBuilder limits = new StringBuilder();
        for (PrincipalLimit limit : PrincipalLimit.values()) {
            Long value = principal.limits().get(limit);
            limits.append(value == null ? "" : " " + limit.word() + "=" + value);
        }
        return principal.name() + " " + principal.role().text() + " " + tenants + " " + HASH
                + HexFormat.of().formatHex(hash) + limits;
    }
}
