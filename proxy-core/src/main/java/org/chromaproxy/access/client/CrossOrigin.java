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

/** Whose pages may use the proxy from a browser (Fetch standard, CORS protocol). Never with cookies: the session's is for the proxy's own page. Immutable. */
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

    private static final AsciiString SITE = AsciiString.cached("sec-fetch-site");
    private static final AsciiString MODE = AsciiString.cached("sec-fetch-mode");
    private static final Set<String> HERE = Set.of("same-origin", "none");

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
     * Whether a page of another site sends it, and is not one of those allowed: so it says nothing of its user's will, whatever
     * the browser adds by itself, a password, a certificate, or an address that lets everybody in. Browsers say where a request
     * comes from in {@code Origin} (RFC 6454) and {@code Sec-Fetch-Site} (W3C "Fetch Metadata Request Headers"); programs say
     * neither.
     *
     * @param tls whether it came by TLS: then a page that did not is another site. Without, something in front may speak TLS.
     * @param acts whether it asks the proxy itself to act: then those allowed are foreign, too
     */
    public boolean foreign(HttpRequest request, boolean tls, boolean acts) {
        HttpHeaders headers = request.headers();
        if (!acts && !of(request).isEmpty()) {
            return false;
        }
        String site = headers.get(SITE, "");
        String origin = headers.get(HttpHeaderNames.ORIGIN, "");
        boolean elsewhere = headers.contains(SITE) && !HERE.contains(site);
        return elsewhere
                || headers.getAll(HttpHeaderNames.ORIGIN).size() > 1
                || (headers.contains(HttpHeaderNames.ORIGIN)
                        && !same(origin, headers.get(HttpHeaderNames.HOST, ""), tls));
    }

    private static boolean same(String origin, String host, boolean tls) {
        return origin.equalsIgnoreCase("https://" + host) || (!tls && origin.equalsIgnoreCase("http://" + host));
    }

    /**
     * Whether a browser may have sent it. Where the address is not one that a browser trusts it adds no {@code Sec-Fetch-*},
     * which no page can add; and no page can keep {@code Accept-Language} away. Node's own {@code fetch} sends both.
     */
    public static boolean fromBrowser(HttpHeaders headers) {
        boolean page = headers.contains(HttpHeaderNames.ORIGIN) || headers.contains(SITE);
        boolean language = headers.contains(HttpHeaderNames.ACCEPT_LANGUAGE) && !headers.contains(MODE);
        return page || language || headers.get(HttpHeaderNames.USER_AGENT, "").contains("Mozilla/");
    }
}
