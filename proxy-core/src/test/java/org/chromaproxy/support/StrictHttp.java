package org.chromaproxy.support;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads HTTP/1.1 messages by RFC 9112 and nothing beyond it, independently of Netty: what another server in the way would
 * make of the same bytes. Stops at the first thing that it does not permit.
 */
public final class StrictHttp {
    private static final String TOKEN = "!#$%&'*+-.^_`|~";
    private static final int MAX_DIGITS = 15;

    private final byte[] bytes;
    private int at;

    /** A field with its name in lower case, its value without the space around it. */
    public record Field(String name, String value) {}

    /**
     * One message.
     *
     * @param line its first line
     * @param body what has come of it, chunks put together
     * @param whole whether it has come to its end
     */
    public record Message(String line, List<Field> fields, String body, boolean whole) {
        public List<String> values(String name) {
            return fields.stream()
                    .filter(field -> field.name.equals(name))
                    .map(Field::value)
                    .toList();
        }

        public String method() {
            return line.substring(0, line.indexOf(' '));
        }

        public String target() {
            return line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
        }
    }

    /** Not what the standard permits, or not all here. */
    private static final class Stop extends Exception {
        private static final long serialVersionUID = 1;

        private Stop() {
            super("stop", null, false, false);
        }
    }

    private StrictHttp(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The requests that these bytes hold, the last one perhaps in part, up to what is not permitted. */
    public static List<Message> requests(byte[] bytes) {
        StrictHttp reader = new StrictHttp(bytes);
        List<Message> found = new ArrayList<>();
        try {
            while (true) {
                reader.blankLines();
                String line = reader.line();
                if (!line.matches(
                        "[A-Za-z0-9" + TOKEN.replace("^", "\\^").replace("-", "\\-") + "]+ [!-\\xff]+ HTTP/1\\.[01]")) {
                    return found;
                }
                List<Field> fields = reader.fields();
                if (!reader.body(line, fields, found, line.endsWith("1.1"), 0)) {
                    return found;
                }
            }
        } catch (Stop e) {
            return found;
        }
    }

    /**
     * The answers that these bytes hold.
     *
     * @param methods of the requests, in turn
     * @throws AssertionError if anything there is not a whole answer that the standard permits
     */
    public static List<Message> answers(byte[] bytes, List<String> methods) {
        StrictHttp reader = new StrictHttp(bytes);
        List<Message> found = new ArrayList<>();
        int answered = 0;
        try {
            while (reader.at < bytes.length) {
                String line = reader.line();
                if (!line.matches("HTTP/1\\.1 [1-5]\\d\\d [ -~]*")) {
                    throw new AssertionError("not a status line: " + line);
                }
                List<Field> fields = reader.fields();
                boolean interim = line.charAt(9) == '1';
                // Of a request that was refused on sight the method is not known; it may have been HEAD.
                boolean head =
                        answered < methods.size() ? methods.get(answered).equals("HEAD") : reader.at == bytes.length;
                boolean none = interim || head || line.startsWith("204", 9) || line.startsWith("304", 9);
                answered += interim ? 0 : 1;
                if (none) {
                    found.add(new Message(line, fields, "", true));
                } else if (!reader.body(line, fields, found, true, -1)
                        || !found.getLast().whole()) {
                    throw new AssertionError("an answer without an end: " + line + fields);
                }
            }
        } catch (Stop e) {
            throw new AssertionError("not an answer behind " + found, e);
        }
        return found;
    }

    /** Netty passes over white space and control characters in front of a request, not over empty lines only. */
    private void blankLines() {
        while (at < bytes.length && ((bytes[at] >= 0 && bytes[at] <= ' ') || bytes[at] == 0x7f)) {
            at++;
        }
    }

    private String line() throws Stop {
        int start = at;
        while (at < bytes.length && bytes[at] != '\r' && bytes[at] != '\n') {
            at++;
        }
        String line = new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
        crlf();
        return line;
    }

    private void crlf() throws Stop {
        if (at + 1 >= bytes.length || bytes[at] != '\r' || bytes[at + 1] != '\n') {
            throw new Stop();
        }
        at += 2;
    }

    private List<Field> fields() throws Stop {
        List<Field> fields = new ArrayList<>();
        for (String raw = line(); !raw.isEmpty(); raw = line()) {
            boolean folded = raw.charAt(0) == ' ' || raw.charAt(0) == '\t';
            // Netty drops control characters at the ends of a folded line, which the standard wants refused or
            // replaced.
            String line = folded ? raw.trim() : raw;
            boolean printable = line.chars().allMatch(c -> (c >= ' ' && c != 0x7f) || c == '\t');
            if (!printable || (folded && fields.isEmpty())) {
                throw new Stop();
            }
            if (folded) {
                Field before = fields.removeLast();
                fields.add(new Field(before.name, trimmed(before.value + " " + line)));
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1 || !line.substring(0, colon).chars().allMatch(StrictHttp::token)) {
                throw new Stop();
            }
            fields.add(
                    new Field(line.substring(0, colon).toLowerCase(Locale.ROOT), trimmed(line.substring(colon + 1))));
        }
        return fields;
    }

    private static boolean token(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || TOKEN.indexOf(c) >= 0;
    }

    private static String trimmed(String value) {
        return value.replaceAll("^[ \t]+|[ \t]+$", "");
    }

    /** Takes the body and notes the message; false if its end is not here, or its length not permitted. */
    private boolean body(String line, List<Field> fields, List<Message> to, boolean mayChunk, int unstated)
            throws Stop {
        List<String> lengths = values(fields, "content-length");
        List<String> codings = values(fields, "transfer-encoding");
        if (!codings.isEmpty()) {
            if (!lengths.isEmpty()
                    || !mayChunk
                    || codings.size() > 1
                    || !codings.getFirst().equalsIgnoreCase("chunked")) {
                return false;
            }
            StringBuilder body = new StringBuilder();
            boolean whole = chunks(body);
            to.add(new Message(line, fields, body.toString(), whole));
            return whole;
        }
        if (lengths.size() > 1 || (lengths.size() == 1 && !number(lengths.getFirst()))) {
            return false;
        }
        long length = lengths.isEmpty() ? unstated : Long.parseLong(lengths.getFirst());
        if (length < 0) {
            return false;
        }
        int here = (int) Math.min(length, bytes.length - at);
        to.add(new Message(line, fields, new String(bytes, at, here, StandardCharsets.ISO_8859_1), here == length));
        at += here;
        return here == length;
    }

    private static List<String> values(List<Field> fields, String name) {
        return new Message("", fields, "", true).values(name);
    }

    private static boolean number(String text) {
        return text.matches("[0-9]{1," + MAX_DIGITS + "}");
    }

    private boolean chunks(StringBuilder body) {
        try {
            while (true) {
                String line = line();
                int extension = line.indexOf(';');
                String size = extension < 0 ? line : trimmed(line.substring(0, extension));
                if (!size.matches("[0-9a-fA-F]{1,7}")) {
                    return false;
                }
                int length = Integer.parseInt(size, 16);
                if (length == 0) {
                    fields();
                    return true;
                }
                int here = Math.min(length, bytes.length - at);
                body.append(new String(bytes, at, here, StandardCharsets.ISO_8859_1));
                at += here;
                if (here < length) {
                    return false;
                }
                crlf();
            }
        } catch (Stop e) {
            return false;
        }
    }
}
