package org.chromaproxy.upstream;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** A whole response, for exchanges that are not streamed. */
public record UpstreamResponse(int status, HttpHeaders headers, byte[] body) {
    private static final int BRIEF = 200;

    public boolean success() {
        return status >= 200 && status < 300;
    }

    /** The beginning of the body, for messages. */
    public String brief() {
        String text = text();
        return text.length() > BRIEF ? text.substring(0, BRIEF) + "…" : text;
    }

    /** The body as text, for parsing and for messages. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
