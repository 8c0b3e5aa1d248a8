package org.chromaproxy.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What makes a request's head unfit to be routed: anything that another parser might read differently (RFC 9112). */
final class HeadRules {
    /** Digits of the longest length accepted here; far above any body bound, and free of overflow. */
    private static final int MAX_LENGTH_DIGITS = 15;

    private HeadRules() {}

    /** Why to refuse; the message never quotes the request. */
    record Refusal(ProxyError error, String message) {
        static Refusal of(ProxyError error) {
            return new Refusal(error, error.message());
        }

        static Optional<Refusal> because(ProxyError error, String detail) {
            return Optional.of(new Refusal(error, error.message() + " (" + detail + ")"));
        }
    }

    static Refusal undecodable(DecoderResult result) {
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException) {
            return Refusal.of(ProxyError.URI_TOO_LONG);
        }
        return Refusal.of(
                cause instanceof TooLongHttpHeaderException ? ProxyError.HEADERS_TOO_LARGE : ProxyError.BAD_REQUEST);
    }

    static Optional<Refusal> check(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return Optional.of(Refusal.of(ProxyError.VERSION_NOT_SUPPORTED));
        }
        if (request.method().equals(HttpMethod.CONNECT)) {
            return Refusal.because(ProxyError.BAD_REQUEST, "this is not a forward proxy");
        }
        return framing(request).or(() -> host(request)).or(() -> target(request));
    }

    private static Optional<Refusal> framing(HttpRequest request) {
        if (hidesFraming(request)) {
            return Refusal.because(ProxyError.FRAMING, "a header's value holds another header");
        }
        List<String> lengths = request.headers().getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (lengths.size() > 1 || (lengths.size() == 1 && !number(lengths.getFirst()))) {
            return Refusal.because(ProxyError.FRAMING, "Content-Length must be one decimal number");
        }
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.isEmpty()) {
            return Optional.empty();
        }
        if (!lengths.isEmpty()) {
            return Refusal.because(ProxyError.FRAMING, "both Content-Length and Transfer-Encoding");
        }
        boolean chunked = codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst());
        return chunked && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                ? Optional.empty()
                : Refusal.because(ProxyError.FRAMING, "Transfer-Encoding must be chunked, and nothing else");
    }

    /**
     * Whether a framing header was folded into the value of the one before it: the decoder joins obsolete folds with a
     * space, and a server in front of us may have read that line as a header.
     */
    private static boolean hidesFraming(HttpRequest request) {
        for (Map.Entry<String, String> header : request.headers()) {
            String value = header.getValue();
            if (value.indexOf(':') >= 0) {
                String folded = value.toLowerCase(Locale.ROOT).replace(" ", "").replace("\t", "");
                if (folded.contains("content-length:") || folded.contains("transfer-encoding:")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean number(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_LENGTH_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static Optional<Refusal> host(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        boolean needed = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        if (hosts.size() > 1 || (needed && hosts.isEmpty())) {
            return Refusal.because(ProxyError.BAD_REQUEST, "there must be one Host header");
        }
        return hosts.isEmpty() || hosts.getFirst().chars().noneMatch(HeadRules::foreignToHost)
                ? Optional.empty()
                : Refusal.because(ProxyError.BAD_REQUEST, "Host is not a host");
    }

    private static boolean foreignToHost(int c) {
        return c <= ' ' || c >= 0x7f || "/\\,@?#\"<>".indexOf(c) >= 0;
    }

    /** Checks the target and brings an absolute one that agrees with Host into origin form. */
    private static Optional<Refusal> target(HttpRequest request) {
        String uri = request.uri();
        if (uri.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
            return Refusal.because(ProxyError.BAD_REQUEST, "the target holds a character that must be percent-encoded");
        }
        int scheme = schemeLength(uri);
        if (scheme == 0) {
            return Optional.empty();
        }
        int path = scheme;
        while (path < uri.length() && "/?#".indexOf(uri.charAt(path)) < 0) {
            path++;
        }
        if (!uri.substring(scheme, path).equalsIgnoreCase(request.headers().get(HttpHeaderNames.HOST, ""))) {
            return Refusal.because(ProxyError.BAD_REQUEST, "the target and the Host header disagree");
        }
        String rest = uri.substring(path);
        request.setUri(rest.startsWith("/") ? rest : "/" + rest);
        return Optional.empty();
    }

    private static int schemeLength(String uri) {
        for (String scheme : List.of("http://", "https://")) {
            if (uri.regionMatches(true, 0, scheme, 0, scheme.length())) {
                return scheme.length();
            }
        }
        return 0;
    }
}
