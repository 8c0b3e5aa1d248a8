package org.chromaproxy.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The trace a request belongs to, as its client says (W3C Trace Context, https://www.w3.org/TR/trace-context/). Pure.
 *
 * @param traceId 32 hexadecimal digits; empty if it belongs to none
 * @param parentId 16 hexadecimal digits: the client's span
 * @param sampled whether the client records its own
 */
public record TraceContext(String traceId, String parentId, boolean sampled) {
    public static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    public static final AsciiString TRACESTATE = AsciiString.cached("tracestate");
    private static final TraceContext NONE = new TraceContext("", "", false);

    /** {@code 00-} trace id {@code -} parent id {@code -} flags. */
    private static final int LENGTH = 55;

    private static final int TRACE = 3;
    private static final int PARENT = 36;
    private static final int FLAGS = 53;
    private static final int MOST_MEMBERS = 32;
    private static final Pattern MEMBER = Pattern.compile("[a-z0-9][a-z0-9_\\-*/@]{0,255}="
            + "[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{0,255}[\\x21-\\x2b\\x2d-\\x3c\\x3e-\\x7e]");

    /** Whether it belongs to a trace. */
    public boolean present() {
        return !traceId.isEmpty();
    }

    /** What that header says; not present if it is malformed. */
    public static TraceContext of(CharSequence header) {
        if (!valid(header)) {
            return NONE;
        }
        String text = header.toString();
        boolean sampled = (Character.digit(text.charAt(FLAGS + 1), 16) & 1) != 0;
        return new TraceContext(text.substring(TRACE, PARENT - 1), text.substring(PARENT, FLAGS - 1), sampled);
    }

    /** The one {@code traceparent} of these headers; empty if there is none, or several. */
    public static String of(HttpHeaders headers) {
        if (!headers.contains(TRACEPARENT)) {
            return "";
        }
        List<String> all = headers.getAll(TRACEPARENT);
        return all.size() == 1 ? all.getFirst() : "";
    }

    /** Whether a {@code traceparent} may be passed on: of a later version what is known of it must be right. */
    static boolean valid(CharSequence text) {
        if (text.length() < LENGTH || !digits(text, 0, 2) || (text.charAt(0) == 'f' && text.charAt(1) == 'f')) {
            return false;
        }
        boolean first = text.charAt(0) == '0' && text.charAt(1) == '0';
        boolean ends = text.length() == LENGTH || (!first && text.charAt(LENGTH) == '-');
        return ends
                && text.charAt(TRACE - 1) == '-'
                && text.charAt(PARENT - 1) == '-'
                && text.charAt(FLAGS - 1) == '-'
                && digits(text, TRACE, PARENT - 1)
                && digits(text, PARENT, FLAGS - 1)
                && digits(text, FLAGS, LENGTH)
                && !zeros(text, TRACE, PARENT - 1)
                && !zeros(text, PARENT, FLAGS - 1);
    }

    /** Whether one {@code tracestate} header may be passed on. */
    static boolean validState(CharSequence text) {
        String[] members = text.toString().split(",", -1);
        if (members.length > MOST_MEMBERS) {
            return false;
        }
        for (String member : members) {
            String stripped = member.strip();
            if (!stripped.isEmpty() && !MEMBER.matcher(stripped).matches()) {
                return false;
            }
        }
        return true;
    }

    /** Copies what is right of it. */
    public static void copy(HttpHeaders from, HttpHeaders to) {
        if (from.contains(TRACEPARENT)) {
            to.set(TRACEPARENT, from.getAll(TRACEPARENT));
            to.set(TRACESTATE, from.getAll(TRACESTATE));
            keepValid(to);
        }
    }

    /** Takes out what is malformed: without a right {@code traceparent} its {@code tracestate} means nothing. */
    static void keepValid(HttpHeaders headers) {
        boolean parent = headers.contains(TRACEPARENT);
        if (parent && !valid(of(headers))) {
            headers.remove(TRACEPARENT);
            parent = false;
        }
        if (headers.contains(TRACESTATE) && !(parent && validState(String.join(",", headers.getAll(TRACESTATE))))) {
            headers.remove(TRACESTATE);
        }
    }

    private static boolean digits(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean zeros(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
