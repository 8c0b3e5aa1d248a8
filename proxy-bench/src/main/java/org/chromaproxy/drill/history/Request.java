package org.chromaproxy.drill.history;

/**
 * What a client sent.
 *
 * @param path with a query {@code ?op=N} that names the operation, so that its record in the log names it too
 * @param transaction the client's own transaction id; empty if it sent none
 */
public record Request(String method, String path, String body, String transaction) {}
