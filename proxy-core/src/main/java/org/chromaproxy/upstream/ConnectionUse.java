package org.chromaproxy.upstream;

/** Whose requests a connection carries; none ever carries another's. */
enum ConnectionUse {
    /** Reads of clients, and some of the proxy's own beside them. */
    READS,
    /** Those of lanes and copies. */
    LANES,
    /**
     * The proxy's own questions to whatever answers there. No client's request can end one of these, so that if the instance
     * closes them its process has ended.
     */
    OWN
}
