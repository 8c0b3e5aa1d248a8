package org.chromaproxy.metrics;

/** A part of a write's way that is timed by itself. */
public enum Stage {
    /** From the end of its body to its transaction's beginning. */
    QUEUE,
    /** The transaction that logged it, from its beginning to its commit. */
    COMMIT,
    /** From its commit to its outcome: its turn in the lane, merging, and the leader's answer. */
    LANE
}
