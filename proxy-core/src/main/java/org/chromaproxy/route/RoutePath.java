package org.chromaproxy.route;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The raw path: what is refused before it is read, and how a segment is decoded. Decoding happens once, after matching,
 * as in Chroma; a path that a normalisation would change leads nowhere.
 */
final class RoutePath {
    /** What Chroma's server refuses in a path, too; a number sign would begin a fragment. */
    private static final String FOREIGN = "<>`#";

    static final String UNESCAPED = "a character that must be percent-encoded";

    /**
     * What RFC 3986 has in no path and every client escapes: in the URL Standard's path percent-encode set. The others that it
     * has in none, {@code \ | ^ [ ]}, are sent raw by clients that follow that standard, and are read by Chroma.
     */
    private static final String FOREIGN_TO_PATH = FOREIGN + "\"{}";

    /** The same of a query. Chroma's server refuses the request, or ends it at the number sign. */
    private static final String FOREIGN_TO_QUERY = "\"<>#";

    private RoutePath() {}

    /**
     * Whether the URI, whose path ends at {@code end}, holds a character that a client must escape. Chroma's server answers
     * most of them with an empty 400, in which nobody sees whose fault it is.
     */
    static boolean holdsForeign(String uri, int end) {
        for (int i = 0; i < uri.length(); i++) {
            if ((i < end ? FOREIGN_TO_PATH : FOREIGN_TO_QUERY).indexOf(uri.charAt(i)) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Offset behind the path: of the query's question mark, or the URI's length. */
    static int end(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri.length() : query;
    }

    static int segmentEnd(String uri, int start, int end) {
        int slash = uri.indexOf('/', start);
        return slash < 0 || slash > end ? end : slash;
    }

    /** Whether {@code uri[start, end)} is exactly {@code text}. */
    static boolean rest(String uri, int start, int end, String text) {
        return end - start == text.length() && uri.startsWith(text, start);
    }

    /**
     * Why no server could read {@code uri[0, end)}, or an empty string. As Chroma: an escape that is none stands for itself,
     * and a name may hold anything, slashes and ASCII's control characters included, once they are escaped; but not
     * {@link MisleadingCharacters}.
     */
    static String fault(String uri, int end) {
        boolean high = false;
        for (int i = 1; i < end; i++) {
            char c = uri.charAt(i);
            if (c == '%') {
                high |= octet(uri, i, end) >= 0x80;
            } else if (c <= ' ' || c >= 0x7f || FOREIGN.indexOf(c) >= 0) {
                return UNESCAPED;
            }
        }
        return high ? faultOfHigh(uri, end) : "";
    }

    /**
     * Whether a segment of {@code uri[0, end)} is empty, or would be removed by a normalisation. Chroma has nothing there: no
     * name is that short. A trailing slash is no segment.
     */
    static boolean vanishes(String uri, int end) {
        int segment = 1;
        for (int i = 1; i < end; i++) {
            if (uri.charAt(i) == '/') {
                if (i == segment || dots(uri, segment, i)) {
                    return true;
                }
                segment = i + 1;
            }
        }
        return dots(uri, segment, end);
    }

    /** Whether an escape in {@code uri[0, end)} is none, or stands for a slash, a backslash or a control character. */
    static boolean hides(String uri, int end) {
        for (int i = uri.indexOf('%'); i >= 0 && i < end; i = uri.indexOf('%', i + 1)) {
            int octet = octet(uri, i, end);
            if (octet < ' ' || octet == '/' || octet == '\\' || octet == 0x7f) {
                return true;
            }
        }
        return uri.lastIndexOf('\\', end - 1) >= 0;
    }

    private static boolean dots(String uri, int start, int end) {
        int dots = 0;
        for (int i = start; i < end; dots++) {
            if (uri.charAt(i) == '.') {
                i++;
            } else if (uri.charAt(i) == '%' && octet(uri, i, end) == '.') {
                i += 3;
            } else {
                return false;
            }
        }
        return dots == 1 || dots == 2;
    }

    /** The escaped octet at the percent sign, or -1. */
    private static int octet(String uri, int percent, int end) {
        if (percent + 2 >= end) {
            return -1;
        }
        int high = hex(uri.charAt(percent + 1));
        int low = hex(uri.charAt(percent + 2));
        return high < 0 || low < 0 ? -1 : (high << 4) | low;
    }

    static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' && c < 0x7f ? letter - 'a' + 10 : -1;
    }

    private static String faultOfHigh(String uri, int end) {
        try {
            return MisleadingCharacters.in(strict(octets(uri, 0, end)))
                    ? "a control character, or one that changes the writing direction"
                    : "";
        } catch (CharacterCodingException e) {
            return "an escape sequence that is not UTF-8";
        }
    }

    /** The segment decoded; {@link #fault} must have passed the path before. */
    static String decode(String uri, int start, int end) {
        int percent = uri.indexOf('%', start);
        if (percent < 0 || percent >= end) {
            return uri.substring(start, end);
        }
        try {
            return strict(octets(uri, start, end));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a path that was not checked first", e);
        }
    }

    private static String strict(ByteBuffer octets) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(octets)
                .toString();
    }

    private static ByteBuffer octets(String uri, int start, int end) {
        ByteBuffer octets = ByteBuffer.allocate(end - start);
        for (int i = start; i < end; i++) {
            char c = uri.charAt(i);
            int octet = c == '%' ? octet(uri, i, end) : -1;
            if (octet >= 0) {
                octets.put((byte) octet);
                i += 2;
            } else {
                octets.put((byte) c);
            }
        }
        return octets.flip();
    }
}
