package org.chromaproxy.wal.record;

/**
 * A transaction id the client chose, so that a retry has one effect.
 *
 * @param scope whose id it is (principal and tenant): equal ids of different scopes are different transactions
 * @param id as the client sent it
 * @param digest hash of method, path and body; another digest under the same id is refused with 422
 */
public record ClientTransaction(String scope, String id, String digest) {}
