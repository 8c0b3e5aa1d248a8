package org.chromaproxy.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Looks, in the pieces of a read's or a delete's body as they pass, how much work its filter is: regular expressions, long texts.
 * Numbers are passed over. Texts are compared wherever they stand: one that is an operator's name by accident makes a request look
 * like more work than it is, never like less. Of a body that is not well formed it may say anything: servers refuse it. Confined
 * to one thread.
 */
public final class FilterScan {
    /** Most that all regular expressions of a filter may count together, see {@link RegexSize}. */
    static final int REGEX_SIZE = 128;
    /** Bytes of the longest regular expression. */
    static final int REGEX_BYTES = 4_096;
    /** Bytes of text behind a filter's first operator beyond which it is heavy. */
    static final int HEAVY_BYTES = 16 << 10;
    /** Objects in a body beyond which its filter is heavy. */
    static final int HEAVY_OBJECTS = 64;

    private static final int LONGEST_NAME = "$not_regex".length();
    private static final int HEX_DIGITS = 4;

    /** The text that is read, if it begins like an operator or is a regular expression. */
    private final StringBuilder kept = new StringBuilder();

    private boolean text;
    private boolean escape;
    private int hexDigits;
    private int hex;
    /** Characters of the text so far. */
    private int length;
    /** The text that follows is a regular expression. */
    private boolean regexFollows;

    private boolean operators;
    private long textBytes;
    private int regexes;
    private long regexSize;
    private boolean regexTooLong;

    /** Scans a whole body. */
    static FilterScan of(byte[] body) {
        FilterScan scan = new FilterScan();
        scan.feed(Unpooled.wrappedBuffer(body));
        return scan;
    }

    /** Looks at the readable bytes, which stay readable. */
    public void feed(ByteBuf piece) {
        int end = piece.writerIndex();
        int at = piece.readerIndex();
        while (at < end) {
            if (text) {
                inText(piece.getByte(at++));
                continue;
            }
            at = piece.indexOf(at, end, (byte) '"') + 1;
            if (at == 0) {
                return;
            }
            text = true;
            length = 0;
            kept.setLength(0);
        }
    }

    /**
     * Whether a server may need long for the filter, as far as it was fed.
     *
     * @param objects how many objects are in the body
     */
    public boolean heavy(int objects) {
        return regexes > 0 || (operators && (objects > HEAVY_OBJECTS || textBytes > HEAVY_BYTES));
    }

    /** What of the filter is too much for a server, in words; empty if nothing is. */
    public String excess() {
        if (regexTooLong) {
            return "a regular expression of more than " + REGEX_BYTES + " bytes";
        }
        return regexSize > REGEX_SIZE
                ? "regular expressions of more than " + REGEX_SIZE + " places: each character class, and each character"
                        + " that is repeated, counts as often as the counted repetitions around it say, classes of more"
                        + " than ASCII (\\w, \\d, \\s, \\p, [^...]) twice; write + or * instead of {1,60}, [a-z] instead of"
                        + " \\w, and no verbose mode"
                : "";
    }

    private void inText(byte octet) {
        if (hexDigits > 0) {
            hex = hex << 4 | Math.max(0, Character.digit(octet, 16));
            if (--hexDigits == 0) {
                character((char) hex);
            }
        } else if (escape) {
            escape = false;
            if (octet == 'u') {
                hexDigits = HEX_DIGITS;
                hex = 0;
            } else {
                character(unescaped(octet));
            }
        } else if (octet == '\\') {
            escape = true;
        } else if (octet == '"') {
            text = false;
            ended();
        } else {
            character((char) (octet & 0xff));
        }
    }

    private static char unescaped(byte octet) {
        return switch (octet) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            default -> (char) (octet & 0xff);
        };
    }

    private void character(char next) {
        if (regexFollows
                ? length < REGEX_BYTES
                : length == 0 ? next == '$' : kept.length() == length && length < LONGEST_NAME) {
            kept.append(next);
        }
        length++;
        textBytes += operators ? 1 : 0;
    }

    private void ended() {
        if (regexFollows) {
            regexFollows = false;
            regexes++;
            regexTooLong |= length > REGEX_BYTES;
            regexSize += RegexSize.of(kept);
        } else if (length > 0 && kept.length() > 0) {
            operators = true;
            regexFollows =
                    length == kept.length() && ("$regex".contentEquals(kept) || "$not_regex".contentEquals(kept));
        }
    }
}
