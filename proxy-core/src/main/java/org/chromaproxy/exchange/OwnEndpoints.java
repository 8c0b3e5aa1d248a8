package org.chromaproxy.exchange;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.http.ProxyError;

/** The proxy's own endpoints, as the data path sees them. */
@FunctionalInterface
public interface OwnEndpoints {
    /** Answers a request. Called on an event loop; must not block. */
    CompletionStage<Answer> handle(Request request);

    /** What every other request is told while nothing is served. */
    default ProxyError unserved() {
        return ProxyError.STANDBY;
    }

    /**
     * A request to the proxy itself.
     *
     * @param uri the request target, raw
     * @param acts whether the client has shown a token that permits to act
     * @param informed whether it may be told names of any tenant's and what servers say; where not, states and counts only
     * @param tenants whose data alone it may ask for; empty: every tenant's
     * @param use what the one who asks uses
     */
    record Request(
            HttpMethod method,
            String uri,
            HttpHeaders headers,
            byte[] body,
            boolean acts,
            boolean informed,
            Set<String> tenants,
            PrincipalUse use) {
        /** Of somebody who may ask for everything. */
        public Request(HttpMethod method, String uri, HttpHeaders headers, byte[] body, boolean acts) {
            this(method, uri, headers, body, acts, true, Set.of(), PrincipalUse.unbounded());
        }

        /** Without headers but {@code Accept}. */
        public Request(HttpMethod method, String uri, String accept, byte[] body, boolean acts) {
            this(method, uri, new DefaultHttpHeaders().set(HttpHeaderNames.ACCEPT, accept), body, acts);
        }

        /** The header of that name, or empty. */
        public String accept() {
            return headers.get(HttpHeaderNames.ACCEPT, "");
        }
    }

    /**
     * An answer of the proxy's own.
     *
     * @param headers beside its type and length; not changed any more
     */
    record Answer(int status, String contentType, byte[] body, HttpHeaders headers) {
        public Answer(int status, String contentType, byte[] body) {
            this(status, contentType, body, EmptyHttpHeaders.INSTANCE);
        }
    }
}
