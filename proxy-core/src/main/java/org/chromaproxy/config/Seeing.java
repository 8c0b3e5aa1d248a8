package org.chromaproxy.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What the proxy tells of itself without being asked.
 *
 * @param webhook where alerts are posted; its address is a secret
 * @param alertPause least time between two alerts about the same thing
 */
public record Seeing(Optional<URI> webhook, Duration alertPause) {
    /** Nothing. */
    public static final Seeing OFF = new Seeing(Optional.empty(), Duration.ofMinutes(5));

    @Override
    public String toString() {
        return "Seeing[webhook=" + webhook.map(any -> "***") + ", alertPause=" + alertPause + "]";
    }
}
