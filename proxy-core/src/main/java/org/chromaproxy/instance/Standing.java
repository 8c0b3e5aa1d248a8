package org.chromaproxy.instance;

/** How operators see an instance: its {@link InstanceState}, told apart further while it is up. */
public enum Standing {
    STARTING,
    UP,
    /** Up and used, but a probe or a connection just failed, or nothing was heard of it for a second. */
    SUSPECT,
    /** Up and used, but behind the log: reads go to it only where it is not. */
    CATCHING_UP,
    DRAINING,
    MAINTENANCE,
    DOWN,
    NEEDS_RESYNC
}
