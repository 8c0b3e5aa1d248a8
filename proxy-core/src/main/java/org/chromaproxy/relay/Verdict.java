package org.chromaproxy.relay;

/** What the bytes at hand are. */
enum Verdict {
    /** A whole head that means the same to every parser. */
    PLAIN,
    /** The beginning of what may become one. */
    INCOMPLETE,
    /** Anything else, be it right or wrong: for the ordinary way to judge. */
    OTHER
}
