package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import org.chromaproxy.upstream.UpstreamRequest;

/** Sees what a server executes, at the moment at which it does. */
interface ServerObserver {
    /** Looks away. */
    ServerObserver NONE = new ServerObserver() {};

    /** A server executes a catalog request. */
    default void executes(ModelServer server, UpstreamRequest request) {}

    /**
     * A server executes a write of records.
     *
     * @param instanceId the collection's on that server
     */
    default void executes(ModelServer server, UUID instanceId, UpstreamRequest request, JsonNode body) {}

    /** A server deletes a collection. */
    default void deletes(ModelServer server, UUID instanceId) {}
}
