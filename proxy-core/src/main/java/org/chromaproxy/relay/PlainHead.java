package org.chromaproxy.relay;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The fields of a message's head, read from a copy of its bytes. Stricter than RFC 9112: no folds, no bytes beyond ASCII,
 * no second length, no transfer coding. Reused; holds one head at a time.
 */
class PlainHead {
    /** Longest head that is taken, in bytes. */
    static final int LIMIT = 4 << 10;

    private static final int MAX_DROPPED = 8;
    private static final int MAX_LENGTH_DIGITS = 9;
    private static final boolean[] TOKEN = token();

    final byte[] bytes = new byte[LIMIT];
    /** Bytes copied. */
    int filled;
    /** Offset behind the blank line. */
    int length;
    /** Bytes of the body; 0 if none is stated. */
    int content;

    boolean contentStated;
    /** Whether the connection ends with this message. */
    boolean closes;

    int dropped;
    private final int[] dropFrom = new int[MAX_DROPPED];
    private final int[] dropTo = new int[MAX_DROPPED];

    /** Copies what is readable, up to the limit, and forgets the head before. */
    final void fill(ByteBuf from) {
        filled = Math.min(from.readableBytes(), LIMIT);
        from.getBytes(from.readerIndex(), bytes, 0, filled);
        length = 0;
        content = 0;
        contentStated = false;
        closes = false;
        dropped = 0;
    }

    /** The head without its last CRLF and without the dropped lines. */
    final void writeKept(ByteBuf to) {
        int from = 0;
        for (int i = 0; i < dropped; i++) {
            to.writeBytes(bytes, from, dropFrom[i] - from);
            from = dropTo[i];
        }
        to.writeBytes(bytes, from, length - 2 - from);
    }

    /** What a line's name means here; called with offsets into {@link #bytes}. */
    Verdict field(int name, int nameEnd, int value, int valueEnd) {
        return Verdict.PLAIN;
    }

    /** Reads the fields from {@code at} on. */
    final Verdict fields(int at) {
        int i = at;
        while (i + 1 < filled) {
            if (bytes[i] == '\r') {
                if (bytes[i + 1] != '\n') {
                    return Verdict.OTHER;
                }
                length = i + 2;
                return Verdict.PLAIN;
            }
            int colon = token(i);
            int end = colon < filled ? value(colon + 1) : filled;
            if (end + 1 >= filled) {
                return unfinished();
            }
            boolean line = colon > i && bytes[colon] == ':' && bytes[end] == '\r' && bytes[end + 1] == '\n';
            if (!line || line(i, colon, end) == Verdict.OTHER) {
                return Verdict.OTHER;
            }
            i = end + 2;
        }
        return unfinished();
    }

    final Verdict unfinished() {
        return filled < LIMIT ? Verdict.INCOMPLETE : Verdict.OTHER;
    }

    private int token(int from) {
        int i = from;
        while (i < filled && bytes[i] > 0 && TOKEN[bytes[i]]) {
            i++;
        }
        return i;
    }

    private int value(int from) {
        int i = from;
        while (i < filled && (bytes[i] >= ' ' || bytes[i] == '\t') && bytes[i] != 0x7f) {
            i++;
        }
        return i;
    }

    private Verdict line(int name, int nameEnd, int lineEnd) {
        int value = nameEnd + 1;
        int valueEnd = lineEnd;
        while (value < valueEnd && blank(bytes[value])) {
            value++;
        }
        while (valueEnd > value && blank(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        return switch (nameEnd - name) {
            case 2 -> is(name, "te") ? Verdict.OTHER : field(name, nameEnd, value, valueEnd);
            case 6 -> is(name, "expect") ? Verdict.OTHER : field(name, nameEnd, value, valueEnd);
            case 7 ->
                is(name, "upgrade") || is(name, "trailer") ? Verdict.OTHER : field(name, nameEnd, value, valueEnd);
            case 10 ->
                is(name, "connection")
                        ? connection(name, value, valueEnd, lineEnd)
                        : is(name, "keep-alive") && field(name, nameEnd, value, valueEnd) == Verdict.PLAIN
                                ? drop(name, lineEnd)
                                : field(name, nameEnd, value, valueEnd);
            case 14 ->
                is(name, "content-length")
                        ? contentLength(value, valueEnd)
                        : is(name, "http2-settings") ? Verdict.OTHER : field(name, nameEnd, value, valueEnd);
            case 17 -> is(name, "transfer-encoding") ? Verdict.OTHER : field(name, nameEnd, value, valueEnd);
            default -> nameEnd - name > 6 && is(name, "proxy-") ? Verdict.OTHER : field(name, nameEnd, value, valueEnd);
        };
    }

    private Verdict connection(int name, int value, int valueEnd, int lineEnd) {
        if (valueEnd - value == 10 && is(value, "keep-alive")) {
            return drop(name, lineEnd);
        }
        closes = valueEnd - value == 5 && is(value, "close");
        return closes ? drop(name, lineEnd) : Verdict.OTHER;
    }

    final Verdict drop(int name, int lineEnd) {
        if (dropped == MAX_DROPPED) {
            return Verdict.OTHER;
        }
        dropFrom[dropped] = name;
        dropTo[dropped] = lineEnd + 2;
        dropped++;
        return Verdict.PLAIN;
    }

    private Verdict contentLength(int value, int valueEnd) {
        int digits = valueEnd - value;
        if (contentStated || digits == 0 || digits > MAX_LENGTH_DIGITS) {
            return Verdict.OTHER;
        }
        for (int i = value; i < valueEnd; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return Verdict.OTHER;
            }
            content = content * 10 + digit;
        }
        contentStated = true;
        return Verdict.PLAIN;
    }

    /** Whether these letters, digits and hyphens stand there, in either case; {@code text} is in lower case. */
    final boolean is(int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            byte b = bytes[at + i];
            byte lower = b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
            if (lower != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether exactly this stands there. */
    final boolean exactly(int at, byte[] text) {
        if (at + text.length > filled) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (bytes[at + i] != text[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static boolean[] token() {
        boolean[] token = new boolean[128];
        for (char c = '0'; c <= 'z'; c++) {
            token[c] = Character.isLetterOrDigit(c);
        }
        for (byte mark : ascii("!#$%&'*+-.^_`|~")) {
            token[mark] = true;
        }
        return token;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
