package org.chromaproxy.instance;

/** What an instance may be used for. */
public enum InstanceState {
    /** Not probed yet, or its witness not checked yet: takes nothing. */
    STARTING,
    /** Answers, and carries the witness it should: takes reads and writes. */
    UP,
    /** An operator wants it free: it follows, but hands leadership over and is read only where no other can be. */
    DRAINING,
    /** Drained: takes nothing until an operator resumes it; its server may be stopped. */
    MAINTENANCE,
    /** Refused a connection, or gave no usable answer for the detection time, or forced to be by an operator. */
    DOWN,
    /** Answers, but its data is not what the log left there (empty, foreign or older): neither read nor written. */
    NEEDS_RESYNC
}
