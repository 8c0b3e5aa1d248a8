package org.chromaproxy.simulation;

/** A fault that is under way; several may be. */
enum FaultKind {
    NONE,
    /** A spell of lost, late, failed or foreign answers, or the lane's server fails at certain records. */
    WEATHER,
    /** The lane's server is killed. */
    KILLED,
    /** The lane's server takes connections, and does nothing with them. */
    HUNG,
    /** The disk of the lane's server is full. */
    DISK_FULL,
    /** Another server is killed, hung, or has a full disk. */
    ANOTHER_SERVER,
    /** Commits take seconds. */
    SLOW_LOG,
    /** Reads of the log, or commits, fail. */
    BROKEN_LOG,
    /** The owner has taken over within the last ten seconds. */
    NEW_OWNER
}
