package org.chromaproxy.lane;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.upstream.UpstreamResponse;

/**
 * What a client is told of its write.
 *
 * @param headers the instance's response headers, or none
 * @param error which error of the proxy's own it is; empty for what an instance said, and for what the log has kept
 */
public record WriteResult(
        int status, HttpHeaders headers, String contentType, byte[] body, Optional<ProxyError> error) {
    public static final String JSON = "application/json";

    /** What an instance's answer tells the client. */
    static WriteResult of(UpstreamResponse answer) {
        String contentType = answer.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        return new WriteResult(answer.status(), answer.headers(), contentType, answer.body(), Optional.empty());
    }

    /** The body as text. */
    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** A result the proxy makes itself, or replays from the log. */
    public static WriteResult json(int status, byte[] body) {
        return new WriteResult(status, EmptyHttpHeaders.INSTANCE, JSON, body, Optional.empty());
    }

    /** One of the proxy's own errors. */
    public static WriteResult of(ProxyError error, String message) {
        return new WriteResult(
                error.status().code(), EmptyHttpHeaders.INSTANCE, JSON, error.body(message), Optional.of(error));
    }

    WriteResult withStatus(int other) {
        return new WriteResult(other, headers, contentType, body, error);
    }

    public WriteResult withHeaders(HttpHeaders others) {
        return new WriteResult(status, others, contentType, body, error);
    }

    public boolean success() {
        return status >= 200 && status < 300;
    }
}
