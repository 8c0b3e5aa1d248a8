package org.chromaproxy.simulation;

/** What a lane is at when something happens to it, as its state and its requests on the network show. The first that fits. */
enum LaneSituation {
    /** Follows no more: diverged and taken out, or its collection is gone there. */
    DETACHED,
    /** A deletion or another barrier of the catalog waits for it, or is under way. */
    DRAINING,
    /** Stands still to be compared with another lane. */
    COMPARED,
    /** The head is on its way for the first time. */
    IN_FLIGHT,
    /** The head is on its way again: it was sent before, or may have been. */
    SENT_AGAIN,
    /** The head is on its way, and no answer has come within the client's patience. */
    UNANSWERED,
    /** The proxy's own write is on its way, to prove the server sound. */
    BARRIER,
    /** A read on behalf of the head is on its way: a trial of a filter, a list of matches, a name. */
    ASKING,
    /** Waits before the next attempt, and nothing is in doubt: refused connections, a log that cannot be read. */
    BACKING_OFF,
    /** Waits before the next attempt at a head that is in doubt. */
    BACKING_OFF_IN_DOUBT,
    /** Sends nothing before its cursor is durable. */
    FLUSHING,
    /** Executed catalog records wait for their effects to be durable. */
    UNSETTLED,
    /** At work without a request: a place in line, a body, a refusal's commit, a comparison before giving up. */
    OCCUPIED,
    /** What comes next is in the log only, and is read in pages. */
    CATCHING_UP,
    /** What was sent is in doubt, and nothing is under way: the server is away, or another decides first. */
    IN_DOUBT,
    /** Waits a moment for more to send at once. */
    LINGERING,
    /** Has a head and waits: for the leader's word, a server, a create. */
    WAITING,
    /** In memory, with nothing to do. */
    IDLE,
    /** Not in memory; the log holds records for it. */
    IN_LOG_ONLY,
    /** Not in memory, with nothing to do. */
    AT_REST
}
