package org.chromaproxy.logging;

import java.util.Locale;
import org.chromaproxy.config.setting.UserInfo;

/**
 * Makes text harmless for a terminal and for readers of a log, whoever it comes from: one line, no control character, no
 * character that is invisible or changes the order in which others are shown, no user info of an address.
 */
public final class LogText {
    private static final String LINE_BREAK = " | ";

    private LogText() {}

    /** Line breaks become {@code " | "}; what cannot be shown becomes a Unicode escape. Linear in the text's length. */
    public static String escape(String text) {
        int start = 0;
        while (start < text.length() && isPlain(text.charAt(start))) {
            start++;
        }
        return UserInfo.maskText(start == text.length() ? text : escape(text, start));
    }

    private static String escape(String text, int plain) {
        StringBuilder escaped = new StringBuilder(text.length() + LINE_BREAK.length()).append(text, 0, plain);
        int at = plain;
        while (at < text.length()) {
            int character = text.codePointAt(at);
            at += Character.charCount(character);
            boolean crLf = character == '\r' && at < text.length() && text.charAt(at) == '\n';
            if (crLf) {
                at++;
            }
            if (crLf || character == '\n') {
                escaped.append(LINE_BREAK);
            } else if (isShown(character)) {
                escaped.appendCodePoint(character);
            } else if (Character.isBmpCodePoint(character)) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", character));
            } else {
                escaped.append(String.format(Locale.ROOT, "\\U%08x", character));
            }
        }
        return escaped.toString();
    }

    private static boolean isPlain(char character) {
        return character >= ' ' && character < 0x7f;
    }

    /** Control characters (C0, C1), formats (bidi, zero width), separators of lines, lone surrogates and the unassigned are not. */
    private static boolean isShown(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
