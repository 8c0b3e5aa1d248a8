package org.chromaproxy.exchange.read;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Which part of a list is asked for, read as Chroma reads it: numbers of 32 bits, each at most once, anything else ignored.
 *
 * @param limit {@link #ALL} if none was given
 */
record ListQuery(long limit, long offset) {
    static final long ALL = Long.MAX_VALUE;

    private static final long MAX = 0xffff_ffffL;
    /** As Rust reads one: a sign may be written, which a query can do only encoded. */
    private static final Pattern NUMBER = Pattern.compile("\\+?[0-9]+");
    /** Longer ones that are still small have zeros in front. */
    private static final int DIGITS = 10;

    /** @throws IllegalArgumentException with Chroma's words for it */
    static ListQuery of(String uri) {
        long limit = ALL;
        long offset = -1;
        int start = uri.indexOf('?');
        String query = start < 0 ? "" : uri.substring(start + 1);
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            if (key.equals("limit")) {
                limit = once(key, limit == ALL, value);
            } else if (key.equals("offset")) {
                offset = once(key, offset < 0, value);
            }
        }
        return new ListQuery(limit, Math.max(0, offset));
    }

    private static long once(String key, boolean first, String value) {
        if (!first) {
            throw refusal("duplicate field `" + key + "`");
        }
        if (value.isEmpty()) {
            throw refusal(key + ": cannot parse integer from empty string");
        }
        if (!NUMBER.matcher(value).matches()) {
            throw refusal(key + ": invalid digit found in string");
        }
        String digits = value.replaceFirst("^\\+?0*(?=[0-9])", "");
        if (digits.length() > DIGITS || Long.parseLong(digits) > MAX) {
            throw refusal(key + ": number too large to fit in target type");
        }
        return Long.parseLong(digits);
    }

    private static IllegalArgumentException refusal(String why) {
        return new IllegalArgumentException("Failed to deserialize query string: " + why);
    }

    /** What is no encoding stands for itself, as in every form (WHATWG URL standard). */
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return text;
        }
    }
}
