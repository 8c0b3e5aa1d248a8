package org.chromaproxy.exchange.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Fuzz target: the values of {@code Prefer}, a line each. Case does not matter; nothing within quotes is a preference; the
 * first preference counts whatever follows it; and what is read is what a reader of RFC 7240 that forgets all quoted text
 * first sees, among so many preferences at most.
 */
public final class PreferTarget {
    private PreferTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        List<String> values = List.of(text.split("\n", -1));
        boolean async = async(values);
        assertEquals(async, async(List.of(text.toUpperCase(Locale.ROOT).split("\n", -1))), text);
        assertEquals(async, expected(values), text);
        assertTrue(async(List.of("Respond-Async , " + text)), text);
        assertFalse(async(List.of("x=\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')), text);
    }

    private static boolean async(List<String> values) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        headers.add(Preferences.PREFER, values);
        return Preferences.respondAsync(headers);
    }

    private static boolean expected(List<String> values) {
        return values.stream()
                .flatMap(value -> List.of(unquoted(value).split(",", -1)).stream())
                .limit(Preferences.MAX_PREFERENCES)
                .map(preference -> preference.split("[;=]", -1)[0].strip())
                .anyMatch(Preferences.RESPOND_ASYNC::equalsIgnoreCase);
    }

    /** The value with a question mark for each character of its quoted texts. */
    private static String unquoted(String value) {
        StringBuilder left = new StringBuilder();
        int at = 0;
        while (at < value.length()) {
            int end = value.charAt(at) == '"' ? quoteEnd(value, at + 1) : at;
            left.append(end == at ? String.valueOf(value.charAt(at)) : "?".repeat(end - at));
            at = Math.max(at + 1, end);
        }
        return left.toString();
    }

    /** The offset behind the quote that ends a quoted text. */
    private static int quoteEnd(String value, int start) {
        int at = start;
        while (at < value.length() && value.charAt(at) != '"') {
            at += value.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, value.length());
    }
}
