package org.chromaproxy.config;

import java.util.List;

/**
 * What is asked of every client.
 *
 * @param headMs how long the head of a request may take to arrive
 * @param requestsPerSecond of one address; 0: no bound
 * @param connections of one address; 0: no bound
 * @param origins whose pages may use the proxy from a browser
 */
public record ClientSettings(long headMs, int requestsPerSecond, int connections, List<String> origins) {
    public static final ClientSettings DEFAULT = new ClientSettings(15_000, 0, 0, List.of());
}
