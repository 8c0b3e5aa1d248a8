package org.chromaproxy.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
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
        if (cause instanceof HeadCharge.Exhausted) {
            return Refusal.of(ProxyError.OUT_OF_HEAD_MEMORY);
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
        Optional<Refusal> refusal = framing(request);
        if (refusal.isEmpty()) {
            refusal = host(request);
        }
        return refusal.isEmpty() ? target(request) : refusal;
    }

    private static Optional<Refusal> framing(HttpRequest request) {
        if (hidesFraming(request.headers())) {
            return Refusal.because(ProxyError.FRAMING, "a header's value holds another header");
        }
        int lengths = 0;
        Iterator<? extends CharSequence> length =
                request.headers().valueCharSequenceIterator(HttpHeaderNames.CONTENT_LENGTH);
        while (length.hasNext()) {
            lengths++;
            if (lengths > 1 || !number(length.next())) {
                return Refusal.because(ProxyError.FRAMING, "Content-Length must be one decimal number");
            }
        }
        Iterator<? extends CharSequence> coding =
                request.headers().valueCharSequenceIterator(HttpHeaderNames.TRANSFER_ENCODING);
        if (!coding.hasNext()) {
            return Optional.empty();
        }
        if (lengths > 0) {
            return Refusal.because(ProxyError.FRAMING, "both Content-Length and Transfer-Encoding");
        }
        boolean chunked = HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding.next()) && !coding.hasNext();
        return chunked && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                ? Optional.empty()
                : Refusal.because(ProxyError.FRAMING, "Transfer-Encoding must be chunked, and nothing else");
    }

    /**
     * Whether a framing header was folded into the value of the one before it: the decoder joins obsolete folds with a
     * space, and a server in front of us may have read that line as a header.
     */
    private static boolean hidesFraming(HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            CharSequence value = all.next().getValue();
            for (int i = 0; i < value.length(); i++) {
                if (value.charAt(i) == ':'
                        && (endsWith(value, i, "content-length") || endsWith(value, i, "transfer-encoding"))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the text up to there ends with that name, in either case, blanks aside. */
    private static boolean endsWith(CharSequence text, int end, String name) {
        int wanted = name.length() - 1;
        for (int i = end - 1; i >= 0 && wanted >= 0; i--) {
            char c = text.charAt(i);
            if (!blank(c)) {
                if (AsciiString.toLowerCase(c) != name.charAt(wanted)) {
                    return false;
                }
                wanted--;
            }
        }
        return wanted < 0;
    }

    /**
     * Takes the blanks around values away: they are no part of them (RFC 9112, 5.1), and the decoder leaves one where a
     * folded line, or the one before it, held nothing else. To be called when the request has been let in: a fold in a field
     * that has to be exact is refused.
     */
    static void trim(HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = all.next();
            CharSequence value = field.getValue();
            int start = 0;
            int end = value.length();
            while (start < end && blank(value.charAt(start))) {
                start++;
            }
            while (start < end && blank(value.charAt(end - 1))) {
                end--;
            }
            if (end - start < value.length()) {
                field.setValue(value.subSequence(start, end).toString());
            }
        }
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean number(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() > 0 && text.length() <= MAX_LENGTH_DIGITS;
    }

    private static Optional<Refusal> host(HttpRequest request) {
        Iterator<? extends CharSequence> hosts = request.headers().valueCharSequenceIterator(HttpHeaderNames.HOST);
        if (!hosts.hasNext()) {
            return request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                    ? Refusal.because(ProxyError.BAD_REQUEST, "there must be one Host header")
                    : Optional.empty();
        }
        CharSequence host = hosts.next();
        if (hosts.hasNext()) {
            return Refusal.because(ProxyError.BAD_REQUEST, "there must be one Host header");
        }
        for (int i = 0; i < host.length(); i++) {
            if (foreignToHost(host.charAt(i))) {
                return Refusal.because(ProxyError.BAD_REQUEST, "Host is not a host");
            }
        }
        return Optional.empty();
    }

    private static boolean foreignToHost(int c) {
        return c <= ' ' || c >= 0x7f || "/\\,@?#\"<>".indexOf(c) >= 0;
    }

    /** Checks the target and brings an absolute one that agrees with Host into origin form. */
    private static Optional<Refusal> target(HttpRequest request) {
        String uri = escaped(request.uri());
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return Refusal.because(
                        ProxyError.BAD_REQUEST, "the target holds a character that must be percent-encoded");
            }
        }
        request.setUri(uri);
        if (uri.startsWith("/")) {
            return Optional.empty();
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

    /** The target with its octets beyond ASCII percent-encoded: Chroma takes them as they are. */
    private static String escaped(String uri) {
        if (uri.chars().allMatch(c -> c < 0x7f)) {
            return uri;
        }
        StringBuilder escaped = new StringBuilder(uri.length() + 16);
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c < 0x7f || c > 0xff) {
                escaped.append(c);
            } else {
                escaped.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xf, 16));
            }
        }
        return escaped.toString();
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
