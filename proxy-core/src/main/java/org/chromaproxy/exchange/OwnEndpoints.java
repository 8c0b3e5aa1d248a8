package org.chromaproxy.exchange;

import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.CompletionStage;

/** The proxy's own endpoints, as the data path sees them. */
@FunctionalInterface
public interface OwnEndpoints {
    /** Answers a request. Called on an event loop; must not block. */
    CompletionStage<Answer> handle(Request request);

    /**
     * A request to the proxy itself.
     *
     * @param uri the request target, raw
     * @param accept the header of that name, or empty
     * @param local whether the client is on this machine's loopback, and nobody else behind a forwarding server there; or,
     *     where tokens are needed, has one that permits to act
     */
    record Request(HttpMethod method, String uri, String accept, byte[] body, boolean local) {}

    /** An answer of the proxy's own. */
    record Answer(int status, String contentType, byte[] body) {}
}
