package org.chromaproxy.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.chromaproxy.access.LocalToken;

/** Acts on a proxy without a tokens file, as this machine's operators do. */
public final class LocalAdmin {
    /** Where a proxy whose data directory is {@code target} keeps the token. */
    public static final Path IN_TARGET = in(Path.of("target"));

    public static final String HEADER = "X-Chroma-Token";

    private static final Set<String> CREDENTIALS =
            Set.of("authorization", "x-chroma-token", "cookie", "x-chroma-proxy-session");

    private LocalAdmin() {}

    /** The token's file in a data directory. */
    public static Path in(Path dataDirectory) {
        return dataDirectory.resolve("local-token");
    }

    /** Whether a request needs it: it asks the proxy itself to act, and shows no token of its own. */
    public static boolean acts(String method, String uri, String... headers) {
        for (int i = 0; i < headers.length; i += 2) {
            if (CREDENTIALS.contains(headers[i].toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        return !method.equals("GET") && !method.equals("HEAD") && !uri.startsWith("/api/");
    }

    /** The secret in that file; empty while there is none. */
    public static String secret(Path file) {
        try {
            return Files.exists(file) ? LocalToken.secret(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Header lines for a request written by hand. */
    public static String lines(Path file) {
        return HEADER + ": " + secret(file) + "\r\n";
    }
}
