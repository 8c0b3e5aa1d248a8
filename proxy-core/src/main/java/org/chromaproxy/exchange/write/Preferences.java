package org.chromaproxy.exchange.write;

import io.netty.handler.codec.http.HttpHeaders;
import org.chromaproxy.route.RouteKind;

/** What a client prefers (RFC 7240). A preference may be ignored, so one that cannot be read is. Pure. */
final class Preferences {
    static final String PREFER = "Prefer";
    static final String APPLIED = "Preference-Applied";
    static final String RESPOND_ASYNC = "respond-async";

    /** How many preferences of one request are read, empty ones included; those behind them are ignored. */
    static final int MAX_PREFERENCES = 32;

    private Preferences() {}

    /** Whether a write of that kind is to be answered as soon as it is logged. */
    static boolean respondAsync(RouteKind kind, HttpHeaders headers) {
        return switch (kind) {
            case WRITE_ADD, WRITE_UPDATE, WRITE_UPSERT, WRITE_DELETE -> respondAsync(headers);
            default -> false;
        };
    }

    /** Reads each character once, whatever the value is. */
    static boolean respondAsync(HttpHeaders headers) {
        int left = MAX_PREFERENCES;
        for (String value : headers.getAll(PREFER)) {
            for (int start = 0; start <= value.length() && left > 0; left--) {
                int end = end(value, start);
                if (named(value, start, end)) {
                    return true;
                }
                start = end + 1;
            }
        }
        return false;
    }

    /** The offset of the comma that ends the preference, or of the value's end. A comma within quotes ends none. */
    private static int end(String value, int start) {
        boolean quoted = false;
        for (int i = start; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (quoted && c == '\\') {
                i++;
            } else if (c == ',' && !quoted) {
                return i;
            }
        }
        return value.length();
    }

    /** Whether the preference in {@code value[start, end)} has the name, whatever its own value and its parameters. */
    private static boolean named(String value, int start, int end) {
        int nameEnd = start;
        while (nameEnd < end && value.charAt(nameEnd) != '=' && value.charAt(nameEnd) != ';') {
            nameEnd++;
        }
        return value.substring(start, nameEnd).strip().equalsIgnoreCase(RESPOND_ASYNC);
    }
}
