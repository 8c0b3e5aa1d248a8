package org.chromaproxy.exchange;

import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.CompletionStage;

/** The proxy's own endpoints, as the data path sees them. */
public interface OwnEndpoints {
    /**
     * Answers a request. Called on an event loop; must not block.
     *
     * @param local whether the client is on this machine's loopback
     */
    CompletionStage<Answer> handle(HttpMethod method, String uri, byte[] body, boolean local);

    /** An answer of the proxy's own. */
    record Answer(int status, String contentType, byte[] body) {}
}
