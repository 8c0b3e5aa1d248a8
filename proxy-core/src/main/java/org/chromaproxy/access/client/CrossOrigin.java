package org.chromaproxy.access.client;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.Set;

/** Whose pages may use the proxy from a browser (Fetch standard, CORS protocol). No cookies, so no credentials mode. Immutable. */
public final class CrossOrigin {
    private static final String ANY = "*";
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private static final String HEADERS =
            "authorization, content-type, x-chroma-token, x-api-key, user-agent, transaction-id, idempotency-key,"
                    + " prefer, traceparent, tracestate";
    private static final String EXPOSED = "transaction-id, location, retry-after, preference-applied, chroma-trace-id";
    /** Private Network Access (WICG draft), which browsers ask with a preflight. */
    private static final AsciiString ASKS_PRIVATE = AsciiString.cached("access-control-request-private-network");

    private static final AsciiString PRIVATE = AsciiString.cached("access-control-allow-private-network");
    private static final int KEPT_SECONDS = 600;

    private final Set<String> allowed;

    /** @param allowed origins like {@code https://app.example}; {@code *} for all */
    public CrossOrigin(Set<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /** The origin that the answer is to name; empty if there is none, or its pages may not read the answer. */
    public String of(HttpRequest request) {
        String origin = allowed.isEmpty() ? "" : request.headers().get(HttpHeaderNames.ORIGIN, "");
        boolean known = allowed.contains(ANY) || allowed.contains(origin.toLowerCase(Locale.ROOT));
        return known && safe(origin) ? origin : "";
    }

    /** It is sent back: nothing but what an origin is made of. */
    private static boolean safe(String origin) {
        return origin.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** Whether it only asks what a page may send. */
    public boolean preflight(HttpRequest request) {
        return request.method().equals(HttpMethod.OPTIONS)
                && request.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)
                && !of(request).isEmpty();
    }

    /** The answer to it. A page of a public address is let to a private one if its origin is one of those allowed. */
    public static FullHttpResponse preflightAnswer(HttpRequest request) {
        FullHttpResponse answer =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
        answer.headers()
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, HEADERS)
                .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, KEPT_SECONDS);
        if (request.headers().containsValue(ASKS_PRIVATE, "true", true)) {
            answer.headers().set(PRIVATE, "true");
        }
        return answer;
    }

    /** Tells the browser that the page of that origin may read the answer. */
    public static void allow(String origin, HttpHeaders answer) {
        answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                .set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)
                .add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }

    /**
     * Whether a page of another site sends it. A browser adds a password that it keeps for {@code Basic} by itself, so
     * such a request says nothing of its user's will.
     */
    public boolean foreign(HttpRequest request) {
        String origin = request.headers().get(HttpHeaderNames.ORIGIN, "");
        String host = request.headers().get(HttpHeaderNames.HOST, "");
        boolean same = origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
        return !origin.isEmpty() && !same && of(request).isEmpty();
    }
}
