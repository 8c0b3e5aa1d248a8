package org.chromaproxy.relay;

import org.chromaproxy.instance.Instance;

/** The ordinary way through codec and exchange, as the relay in front of it sees it. Confined to the event loop. */
public interface OrdinaryWay {
    /** Whether it is between two requests, holds nothing of either, and will take another. */
    boolean between();

    /** Something was exchanged with the client. */
    void progress();

    /** The request that comes next is one that this instance has failed. */
    void failedOn(Instance instance);
}
