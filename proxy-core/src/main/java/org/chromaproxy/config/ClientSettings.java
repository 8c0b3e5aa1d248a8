package org.chromaproxy.config;

import java.util.List;

/**
 * What is asked of every client.
 *
 * @param headMs how long the head of a request may take to arrive
 * @param requestsPerSecond of one address; 0: no bound
 * @param connections of one address; 0: no bound
 * @param origins whose pages may use the proxy from a browser
 * @param connection bounds of each connection
 */
public record ClientSettings(
        long headMs, int requestsPerSecond, int connections, List<String> origins, ConnectionSettings connection) {
    static final ClientSettings DEFAULT = new ClientSettings(15_000, 0, 0, List.of());

    /** With the usual bounds of connections. */
    public ClientSettings(long headMs, int requestsPerSecond, int connections, List<String> origins) {
        this(headMs, requestsPerSecond, connections, origins, ConnectionSettings.DEFAULT);
    }
}
