package org.chromaproxy.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who may do what.
 *
 * @param tokensFile empty: every client may do everything, except endpoints that act, which need the local token
 * @param upstreamToken what the proxy shows the instances; a secret
 * @param localTokenFile where the local token is; empty: in the data directory
 * @param allowedHosts names that the proxy goes by in {@code Host}, beside those that it knows by itself
 */
public record AccessSettings(
        Optional<Path> tokensFile,
        Optional<String> upstreamToken,
        ClientSettings clients,
        Optional<Path> localTokenFile,
        List<String> allowedHosts) {
    public static final AccessSettings OPEN = new AccessSettings(Optional.empty(), Optional.empty());

    /** With nothing asked of clients but a token. */
    public AccessSettings(Optional<Path> tokensFile, Optional<String> upstreamToken) {
        this(tokensFile, upstreamToken, ClientSettings.DEFAULT);
    }

    /** With the local token in its usual place, and no further names. */
    public AccessSettings(Optional<Path> tokensFile, Optional<String> upstreamToken, ClientSettings clients) {
        this(tokensFile, upstreamToken, clients, Optional.empty(), List.of());
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "AccessSettings[tokensFile=" + tokensFile + ", upstreamToken="
                + upstreamToken.map(_ -> "***").orElse("none") + ", clients=" + clients + ", localTokenFile="
                + localTokenFile + ", allowedHosts=" + allowedHosts + "]";
    }
}
