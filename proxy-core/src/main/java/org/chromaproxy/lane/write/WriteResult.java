package org.chromaproxy.lane.write;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.upstream.UpstreamResponse;

/**
 * What a client is told of its write.
 *
 * @param headers the instance's response headers, or none
 */
public record WriteResult(int status, HttpHeaders headers, String contentType, byte[] body) {
    public static final String JSON = "application/json";

    /** What an instance's answer tells the client. */
    public static WriteResult of(UpstreamResponse answer) {
        String contentType = answer.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        return new WriteResult(answer.status(), answer.headers(), contentType, answer.body());
    }

    /** The body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** A result the proxy makes itself, or replays from the log. */
    public static WriteResult json(int status, byte[] body) {
        return new WriteResult(status, EmptyHttpHeaders.INSTANCE, JSON, body);
    }

    public boolean success() {
        return status >= 200 && status < 300;
    }
}
