package org.chromaproxy.completion;

/** Where a request under way is counted, to be taken out there when it ends. */
public enum Place {
    /** Nowhere: it was refused before. */
    NONE,
    /** Among the clients' requests, which are bounded. */
    COUNTED,
    /** The same, and among the lists, which are bounded by themselves too. */
    LISTED,
    /** Among those to the proxy's own endpoints. */
    OWN
}
