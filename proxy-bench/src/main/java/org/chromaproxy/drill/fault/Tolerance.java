package org.chromaproxy.drill.fault;

/** Which failed requests a schedule excuses. Nothing excuses a wrong answer. */
public enum Tolerance {
    /** None: there was always an instance to answer, a log to write to and a proxy to ask. */
    NONE,
    /** Writes may be refused with 503: the log was away. */
    WRITES,
    /** Any request may fail: the proxy itself was away, or both instances. */
    ALL
}
