package org.chromaproxy.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Who may do what.
 *
 * @param tokensFile empty: every client may do everything, except endpoints that act, which answer loopback only
 * @param upstreamToken what the proxy shows the instances; a secret
 */
public record AccessSettings(Optional<Path> tokensFile, Optional<String> upstreamToken, ClientSettings clients) {
    public static final AccessSettings OPEN = new AccessSettings(Optional.empty(), Optional.empty());

    /** With nothing asked of clients but a token. */
    public AccessSettings(Optional<Path> tokensFile, Optional<String> upstreamToken) {
        this(tokensFile, upstreamToken, ClientSettings.DEFAULT);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "AccessSettings[tokensFile=" + tokensFile + ", upstreamToken="
                + upstreamToken.map(_ -> "***").orElse("none") + ", clients=" + clients + "]";
    }
}
