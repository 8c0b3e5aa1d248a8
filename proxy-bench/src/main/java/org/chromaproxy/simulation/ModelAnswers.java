package org.chromaproxy.simulation;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.upstream.UpstreamResponse;

/** Answers, in the shapes of Chroma and of what may stand before it. */
final class ModelAnswers {
    private ModelAnswers() {}

    /** Chroma's refusal or failure. */
    static UpstreamResponse error(int status, String error, String message) {
        return json(status, "{\"error\":\"" + error + "\",\"message\":\"" + message + "\"}");
    }

    static UpstreamResponse json(int status, String body) {
        HttpHeaders headers = new DefaultHttpHeaders().set("content-type", "application/json");
        return new UpstreamResponse(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    /** What something on the way answers. */
    static UpstreamResponse page(int status) {
        HttpHeaders headers = new DefaultHttpHeaders().set("content-type", "text/html");
        return new UpstreamResponse(status, headers, "<html>no</html>".getBytes(StandardCharsets.UTF_8));
    }

    /** Nothing but a status. */
    static UpstreamResponse empty(int status) {
        return new UpstreamResponse(status, EmptyHttpHeaders.INSTANCE, new byte[0]);
    }
}
