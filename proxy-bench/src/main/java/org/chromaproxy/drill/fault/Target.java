package org.chromaproxy.drill.fault;

/** What a fault happens to. */
public enum Target {
    PRIMARY,
    REPLICA,
    /** Primary and replica at once. */
    BOTH,
    POSTGRES,
    /** The only proxy. */
    PROXY,
    /** The proxy that owns the log, while another one stands by. */
    OWNER,
    NETWORK_PRIMARY,
    NETWORK_REPLICA,
    NETWORK_POSTGRES;

    /** Whether faults of the two must not overlap, because one would undo the other. */
    boolean excludes(Target other) {
        return this == other
                || (isInstance() && other.isInstance() && (this == BOTH || other == BOTH))
                || (isProxy() && other.isProxy());
    }

    boolean isInstance() {
        return this == PRIMARY || this == REPLICA || this == BOTH;
    }

    boolean isProxy() {
        return this == PROXY || this == OWNER;
    }
}
