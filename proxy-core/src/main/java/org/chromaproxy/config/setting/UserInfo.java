package org.chromaproxy.config.setting;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Masks passwords that stand in addresses, also in malformed ones, and in settings where no address belongs. It shows
 * what is certainly harmless: a known scheme, and what follows the last at-sign. Linear in the text's length.
 */
public final class UserInfo {
    private static final String AT = "@";
    private static final String POSTGRES = "postgres";
    private static final String ENCODED_AT = "%40";
    /** A scheme that may be shown, with an instance's name before it ({@code third=http://}). */
    private static final Pattern SCHEME = Pattern.compile(
            "(?:[a-z0-9-]{1,32}=)?(?:jdbc:)?(?:https?|postgres(?:ql)?|grpcs?|mysql|ftp|file):/{1,3}",
            Pattern.CASE_INSENSITIVE);
    /** {@code user:password} before a host that was left out: what follows a colon is no port. */
    private static final Pattern NO_PORT =
            Pattern.compile("(:/{1,3}(?:\\[[^]]*]|[^/:@\\s,\\[]*):)(?!\\d{0,5}(?:[/?#,\\s]|$)).*", Pattern.DOTALL);
    /** The query and the fragment of an address: options, a password among them. */
    private static final Pattern OPTIONS = Pattern.compile("(:/[^?#]*[?#]).+", Pattern.DOTALL);

    private static final Pattern FILE = Pattern.compile("\\.{0,2}/(?!/)");
    private static final Pattern NAMED = Pattern.compile(
            "((?:password|passwd|passphrase|pwd|secret|token)\\s{0,9}[=:]).+",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private UserInfo() {}

    /** One value of a setting, as it may be shown. */
    public static String maskValue(String text) {
        int at = lastAt(text);
        String shown = text;
        if (at > 0 && !isFile(text, at)) {
            Matcher scheme = SCHEME.matcher(text);
            shown = (scheme.lookingAt() ? scheme.group() : "") + Secrets.HIDDEN + AT + text.substring(at);
        }
        shown = NO_PORT.matcher(shown).replaceFirst("$1" + Secrets.HIDDEN);
        shown = OPTIONS.matcher(shown).replaceFirst("$1" + Secrets.HIDDEN);
        return NAMED.matcher(shown).replaceFirst("$1" + Secrets.HIDDEN);
    }

    /** A sentence: masks the user info of every address in it, and the options of every database's; leaves the rest. */
    public static String maskText(String text) {
        if (!text.contains(AT) && !text.contains(POSTGRES)) {
            return text;
        }
        StringBuilder masked = new StringBuilder(text.length());
        int start = 0;
        while (start < text.length()) {
            int end = start;
            while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            masked.append(maskWord(text.substring(start, end)));
            if (end < text.length()) {
                masked.append(text.charAt(end));
            }
            start = end + 1;
        }
        return masked.toString();
    }

    private static String maskWord(String word) {
        int at = word.lastIndexOf(AT);
        int colon = word.indexOf(":/");
        String shown = word;
        if (colon >= 0 && at > colon) {
            int authority = colon + 1;
            while (word.charAt(authority) == '/') {
                authority++;
            }
            shown = word.substring(0, authority) + Secrets.HIDDEN + word.substring(at);
        }
        int options = shown.contains(POSTGRES) ? shown.indexOf('?') + 1 : 0;
        return options > 0 ? shown.substring(0, options) + Secrets.HIDDEN : shown;
    }

    /** Behind the last at-sign, also an encoded one; 0 where there is none. */
    private static int lastAt(String text) {
        int plain = text.lastIndexOf(AT) + AT.length();
        int encoded = text.toLowerCase(Locale.ROOT).lastIndexOf(ENCODED_AT) + ENCODED_AT.length();
        return Math.max(plain, encoded < ENCODED_AT.length() ? 0 : encoded);
    }

    /** A path of the file system may have an at-sign in it. */
    private static boolean isFile(String text, int at) {
        return FILE.matcher(text).lookingAt() && text.lastIndexOf(':', at) < 0;
    }
}
