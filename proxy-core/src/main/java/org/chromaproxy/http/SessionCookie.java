package org.chromaproxy.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The cookie of the operators' page, and the header that proves that the page itself asks. It never leaves the proxy towards
 * an instance.
 */
public final class SessionCookie {
    /** What only the page knows: cookies go to every port of a host, and with requests of every page there. */
    public static final AsciiString PROOF = AsciiString.cached("x-chroma-proxy-session");

    private static final String NAME = "chroma-proxy-session";
    /** By RFC 6265bis, section 4.1.3.2, browsers take such a one from HTTPS only, for this host, and send it to all its paths. */
    private static final String SECURE_NAME = "__Host-" + NAME;

    private static final String RULES = "; Path=/; HttpOnly; SameSite=Strict";

    private SessionCookie() {}

    /** The value of {@code Set-Cookie}; the browser forgets it when it is closed. */
    public static String set(String value, boolean secure) {
        return (secure ? SECURE_NAME : NAME) + "=" + value + RULES + (secure ? "; Secure" : "");
    }

    /** The values of {@code Set-Cookie} that make a browser forget it. */
    public static List<String> forget() {
        return List.of(set("", false) + "; Max-Age=0", set("", true) + "; Max-Age=0");
    }

    /** What the client shows; empty if it shows none, or several that differ. */
    public static Optional<String> of(HttpHeaders headers) {
        List<String> found = new ArrayList<>();
        for (String cookies : headers.getAll(HttpHeaderNames.COOKIE)) {
            for (String pair : cookies.split(";", -1)) {
                String text = pair.strip();
                if (own(text)) {
                    found.add(text.substring(text.indexOf('=') + 1));
                }
            }
        }
        return found.stream().distinct().count() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /** The client's cookies without this one; empty if nothing is left. */
    static CharSequence without(CharSequence cookies) {
        if (AsciiString.indexOfIgnoreCase(cookies, NAME, 0) < 0) {
            return cookies;
        }
        List<String> others = new ArrayList<>();
        for (String pair : cookies.toString().split(";", -1)) {
            if (!own(pair.strip())) {
                others.add(pair.strip());
            }
        }
        return String.join("; ", others);
    }

    /** Browsers keep the case of a name; who changes it is no browser, and the cookie still none of an instance's business. */
    private static boolean own(String pair) {
        int end = pair.indexOf('=');
        String name = (end < 0 ? pair : pair.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return name.equals(NAME) || name.equals(SECURE_NAME.toLowerCase(Locale.ROOT));
    }
}
