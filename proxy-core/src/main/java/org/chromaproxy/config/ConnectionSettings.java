package org.chromaproxy.config;

/**
 * What holds for every client's connection.
 *
 * @param idleMs how long it is kept without a request
 * @param maxHeaders most header fields of a request, {@code Host} included
 * @param maxHeadBytes size of all header fields of a request
 */
public record ConnectionSettings(long idleMs, int maxHeaders, int maxHeadBytes) {
    /** The idle time is longer than the 40 s of Chroma's Python client; 100 fields are what Chroma itself takes. */
    public static final ConnectionSettings DEFAULT = new ConnectionSettings(120_000, 100, 16 << 10);
}
