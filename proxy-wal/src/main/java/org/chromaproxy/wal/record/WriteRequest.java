package org.chromaproxy.wal.record;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The client's request as far as it has to survive in the log. Credentials and other headers are never part of it.
 *
 * @param path path and query as the client sent them, collection still as the client named it
 * @param contentType the request's content type, empty if it had none
 * @param body the request's body, verbatim; must not be changed after the record was made
 */
public record WriteRequest(String method, String path, String contentType, byte[] body) {
    /** SHA-256 of method, path and body in hexadecimal digits, as {@link ClientTransaction} holds it. */
    public String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((method + " " + path + "\n").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
