package org.chromaproxy.wal.record;

/**
 * A transaction id the client chose, so that a retry has one effect.
 *
 * @param scope whose id it is (a tenant, or {@link #INTERNAL}): equal ids of different scopes are different transactions
 * @param id as the client sent it
 * @param digest hash of method, path and body; another digest under the same id is refused with 422
 */
public record ClientTransaction(String scope, String id, String digest) {
    /**
     * The scope of ids that the proxy itself chooses. No client's is equal to it: a client's scope is a tenant's name, a
     * segment of a path, and no path has this segment, however it is spelled (RFC 3986, 5.2.4).
     */
    public static final String INTERNAL = ".";
}
