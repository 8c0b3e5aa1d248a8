package org.chromaproxy.route;

/**
 * Characters that show nothing, and change how a terminal or a page shows their neighbours: C1 control characters, controls
 * of the writing direction, separators of lines. A name with one of them looks like another name to an operator.
 */
public final class MisleadingCharacters {
    private MisleadingCharacters() {}

    /** Whether there is one in the text, decoded. */
    public static boolean in(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isMisleading(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Those of Unicode's property Bidi_Control, and the two separators beside them. */
    private static boolean isMisleading(char c) {
        return (c >= 0x80 && c <= 0x9f)
                || c == 0x061c
                || c == 0x200e
                || c == 0x200f
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
