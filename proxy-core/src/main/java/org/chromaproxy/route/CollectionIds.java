package org.chromaproxy.route;

import java.util.Optional;
import java.util.UUID;

/** The spellings of a collection's id that Chroma accepts, as seen on a running server. */
public final class CollectionIds {
    private static final String URN = "urn:uuid:";
    private static final int HYPHENATED = 36;
    private static final int SIMPLE = 32;

    private CollectionIds() {}

    /**
     * Reads an id: 32 hexadecimal digits of either case, bare or hyphenated; hyphenated also in braces or behind
     * {@code urn:uuid:}. Empty for anything else, which Chroma would refuse and the proxy takes for a name.
     */
    public static Optional<UUID> parse(String text) {
        int length = text.length();
        if (length == HYPHENATED) {
            return hyphenated(text, 0);
        }
        if (length == SIMPLE) {
            return digits(text);
        }
        if (length == HYPHENATED + 2 && text.charAt(0) == '{' && text.charAt(length - 1) == '}') {
            return hyphenated(text, 1);
        }
        return length == HYPHENATED + URN.length() && text.startsWith(URN)
                ? hyphenated(text, URN.length())
                : Optional.empty();
    }

    private static Optional<UUID> hyphenated(String text, int start) {
        StringBuilder digits = new StringBuilder(SIMPLE);
        for (int i = 0; i < HYPHENATED; i++) {
            char c = text.charAt(start + i);
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (c != '-') {
                    return Optional.empty();
                }
            } else {
                digits.append(c);
            }
        }
        return digits(digits);
    }

    private static Optional<UUID> digits(CharSequence text) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < SIMPLE; i++) {
            int digit = RoutePath.hex(text.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            high = (high << 4) | (low >>> 60);
            low = (low << 4) | digit;
        }
        return Optional.of(new UUID(high, low));
    }
}
