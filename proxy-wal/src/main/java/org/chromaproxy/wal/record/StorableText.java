package org.chromaproxy.wal.record;

/** What a text of PostgreSQL can hold: Unicode without the character NUL. Pure. */
public final class StorableText {
    private StorableText() {}

    /** Whether the log can hold the text as it is: it has no NUL and no half of a surrogate pair. */
    public static boolean isStorable(String text) {
        return text.codePoints().noneMatch(StorableText::unstorable);
    }

    /** The text with U+FFFD for each character that the log cannot hold: for what people read, such as reasons. */
    public static String replaceUnstorable(String text) {
        if (isStorable(text)) {
            return text;
        }
        return text.codePoints()
                .map(c -> unstorable(c) ? 0xfffd : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean unstorable(int c) {
        return c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
