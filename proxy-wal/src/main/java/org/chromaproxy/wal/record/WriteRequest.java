package org.chromaproxy.wal.record;

/**
 * The client's request as far as it has to survive in the log. Credentials and other headers are never part of it.
 *
 * @param path path and query as the client sent them, collection still as the client named it
 * @param contentType the request's content type, empty if it had none
 * @param body the request's body, verbatim; must not be changed after the record was made
 */
public record WriteRequest(String method, String path, String contentType, byte[] body) {}
