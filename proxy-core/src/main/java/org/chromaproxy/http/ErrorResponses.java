package org.chromaproxy.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** Complete responses for the proxy's own errors. */
public final class ErrorResponses {
    /** Whatever is full or away now is looked at again within about this time. */
    private static final int RETRY_AFTER_SECONDS = 2;

    /** What Chroma sends with each of its errors, and its Python client adds to the exception's text. */
    private static final AsciiString TRACE_ID = AsciiString.cached("chroma-trace-id");

    private static final String NO_TRACE = "00000000000000000000000000000000";

    private ErrorResponses() {}

    /**
     * Gives an error the trace it belongs to, unless a server has done so already.
     *
     * @param traceId 32 hexadecimal digits; empty for none, which Chroma tells by zeros
     */
    public static void trace(HttpResponse response, String traceId) {
        boolean named = response instanceof Told
                ? traceId.isEmpty()
                : response.headers().contains(TRACE_ID);
        if (!named) {
            response.headers().set(TRACE_ID, traceId.isEmpty() ? NO_TRACE : traceId);
        }
    }

    /** A response that knows which error it tells of. */
    private static final class Told extends DefaultFullHttpResponse {
        private final ProxyError error;

        Told(ProxyError error, int status, byte[] body) {
            super(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
            this.error = error;
            headers().set(TRACE_ID, NO_TRACE);
        }
    }

    /** The tag of the error that a response was made for; empty for any other. */
    public static String tag(HttpResponse response) {
        return response instanceof Told told ? told.error.tag() : "";
    }

    public static FullHttpResponse of(ProxyError error) {
        return of(error, error.message());
    }

    /** @param message the body's message; with an empty one the body is empty */
    public static FullHttpResponse of(ProxyError error, String message) {
        return of(error, error.status().code(), error.body(message));
    }

    /**
     * The same with a body that is made already.
     *
     * @param status where it is not the error's own
     */
    public static FullHttpResponse of(ProxyError error, int status, byte[] body) {
        FullHttpResponse response = new Told(error, status, body);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (status == 503 || status == 429) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (body.length > 0) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        }
        return response;
    }

    /** The same for a connection that ends with it. */
    public static FullHttpResponse closing(ProxyError error) {
        FullHttpResponse response = of(error);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }

    /** @param allow the methods that the path answers, separated by commas */
    public static FullHttpResponse methodNotAllowed(String allow) {
        FullHttpResponse response = of(ProxyError.METHOD_NOT_ALLOWED);
        response.headers().set(HttpHeaderNames.ALLOW, allow);
        return response;
    }

    /** A small JSON answer of the proxy's own. */
    public static FullHttpResponse json(int status, String body) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(status),
                Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        return response;
    }
}
