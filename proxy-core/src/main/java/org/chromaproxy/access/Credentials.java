package org.chromaproxy.access;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** How clients present a secret: the ways Chroma's own clients know. */
final class Credentials {
    private static final AsciiString CHROMA_TOKEN = AsciiString.cached("x-chroma-token");
    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private Credentials() {}

    /** A header that presents something. */
    record Presented(String value, boolean bare) {}

    /** The one header that presents a secret; none if there are several, since they may disagree. */
    static Optional<Presented> of(HttpHeaders headers) {
        List<String> schemes = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        List<String> bare = headers.getAll(CHROMA_TOKEN);
        if (schemes.size() + bare.size() != 1) {
            return Optional.empty();
        }
        return Optional.of(
                bare.isEmpty() ? new Presented(schemes.getFirst(), false) : new Presented(bare.getFirst(), true));
    }

    static boolean several(HttpHeaders headers) {
        return headers.getAll(HttpHeaderNames.AUTHORIZATION).size()
                        + headers.getAll(CHROMA_TOKEN).size()
                > 1;
    }

    static boolean addedByBrowsers(HttpHeaders headers) {
        return headers.get(HttpHeaderNames.AUTHORIZATION, "").regionMatches(true, 0, BASIC, 0, BASIC.length());
    }

    /** The secret in a value of {@code Authorization} (RFC 6750, RFC 7617); empty if there is none. */
    static String secret(String value) {
        if (value.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return value.substring(BEARER.length()).strip();
        }
        return value.regionMatches(true, 0, BASIC, 0, BASIC.length())
                ? password(value.substring(BASIC.length()).strip())
                : "";
    }

    /** The token is the password; the user's name says nothing. */
    private static String password(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? "" : pair.substring(colon + 1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
