package org.chromaproxy.instance;

/** The standing of one Chroma server. */
public enum InstanceState {
    /** Not probed yet, or its witness not checked yet: takes nothing. */
    STARTING,
    /** Answers, and carries the witness it should: takes reads and writes. */
    UP,
    /** Refused a connection, or gave no answer of any kind for the detection time. */
    DOWN,
    /** Answers, but its data is not what the log left there (empty, foreign or older): neither read nor written. */
    NEEDS_RESYNC
}
