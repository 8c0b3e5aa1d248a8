package org.chromaproxy.exchange.write;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.regex.Pattern;
import org.chromaproxy.route.RouteKind;

/** What a client prefers (RFC 7240). */
final class Preferences {
    static final String PREFER = "Prefer";
    static final String APPLIED = "Preference-Applied";
    static final String RESPOND_ASYNC = "respond-async";

    private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");

    private Preferences() {}

    /** Whether a write of that kind is to be answered as soon as it is logged. */
    static boolean respondAsync(RouteKind kind, HttpHeaders headers) {
        return switch (kind) {
            case WRITE_ADD, WRITE_UPDATE, WRITE_UPSERT, WRITE_DELETE -> respondAsync(headers);
            default -> false;
        };
    }

    private static boolean respondAsync(HttpHeaders headers) {
        for (String value : headers.getAll(PREFER)) {
            for (String preference : QUOTED.matcher(value).replaceAll("").split(",", -1)) {
                if (preference.split("[;=]", -1)[0].strip().equalsIgnoreCase(RESPOND_ASYNC)) {
                    return true;
                }
            }
        }
        return false;
    }
}
