package org.chromaproxy.lane;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * What a client is told of its write.
 *
 * @param headers the instance's response headers, or none
 */
public record WriteResult(int status, HttpHeaders headers, String contentType, byte[] body) {
    public static final String JSON = "application/json";

    /** A result the proxy makes itself, or replays from the log. */
    public static WriteResult json(int status, byte[] body) {
        return new WriteResult(status, EmptyHttpHeaders.INSTANCE, JSON, body);
    }

    public boolean success() {
        return status >= 200 && status < 300;
    }
}
