package org.chromaproxy.access;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
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

    /** The header that presents a secret; either, where both present the same. None where they disagree, or one is there twice. */
    static Optional<Presented> of(HttpHeaders headers) {
        List<Presented> all = all(headers);
        boolean both = all.size() == 2 && all.getFirst().bare() != all.getLast().bare();
        boolean one = all.size() == 1 || (both && MessageDigest.isEqual(bytes(all.getFirst()), bytes(all.getLast())));
        return one ? Optional.of(all.getFirst()) : Optional.empty();
    }

    private static List<Presented> all(HttpHeaders headers) {
        List<Presented> all = new ArrayList<>(2);
        headers.getAll(HttpHeaderNames.AUTHORIZATION).forEach(value -> all.add(new Presented(value, false)));
        headers.getAll(CHROMA_TOKEN).forEach(value -> all.add(new Presented(value, true)));
        return all;
    }

    private static byte[] bytes(Presented each) {
        return (each.bare() ? each.value() : secret(each.value())).getBytes(StandardCharsets.UTF_8);
    }

    static boolean several(HttpHeaders headers) {
        return all(headers).size() > 1;
    }

    /** Whether it presents anything, of whatever worth, and be it empty. */
    static boolean any(HttpHeaders headers) {
        return !all(headers).isEmpty();
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
