package org.chromaproxy.exchange.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fuzz target: the query of a list. Where every pair is well encoded, limit and offset are what Netty's decoder and an
 * integer of any size make of them; a value that is not a number of 32 bits, or is there twice, is refused with words in
 * Chroma's form, never otherwise; and nothing behind the first question mark changes the path.
 */
public final class QueryTarget {
    private static final String PATH = "/api/v2/tenants/t/databases/d/collections";
    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(32);

    private QueryTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String query = new String(input, StandardCharsets.ISO_8859_1);
        Optional<ListQuery> read = read(PATH + "?" + query);
        Map<String, List<String>> pairs = pairs(query);
        if (pairs == null) {
            return;
        }
        Optional<Long> limit = number(pairs.get("limit"), ListQuery.ALL);
        Optional<Long> offset = number(pairs.get("offset"), 0);
        Optional<ListQuery> expected = limit.isPresent() && offset.isPresent()
                ? Optional.of(new ListQuery(limit.get(), offset.get()))
                : Optional.empty();
        assertEquals(expected, read, query);
    }

    private static Optional<ListQuery> read(String uri) {
        try {
            return Optional.of(ListQuery.of(uri));
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            assertTrue(message.startsWith("Failed to deserialize query string: "), message);
            return Optional.empty();
        }
    }

    /** By Netty; nothing where the two are allowed to differ: percent signs that encode nothing, and semicolons. */
    private static @Nullable Map<String, List<String>> pairs(String query) {
        boolean encoded = !query.matches("(?s).*%(?![0-9a-fA-F]{2}).*") && !query.contains("#") && !query.contains(";");
        // Netty reads no pair without a name, and passes over a second question mark in front.
        boolean plain = encoded && query.chars().allMatch(c -> c > ' ' && c < 0x7f) && !query.contains("&=");
        if (!plain || query.startsWith("=") || query.startsWith("?")) {
            return null;
        }
        return QueryStringDecoder.builder()
                .hasPath(false)
                .maxParams(query.length() + 1)
                .build(query)
                .parameters();
    }

    private static Optional<Long> number(@Nullable List<String> values, long otherwise) {
        if (values == null) {
            return Optional.of(otherwise);
        }
        boolean number = values.size() == 1 && values.getFirst().matches("\\+?[0-9]+");
        if (!number) {
            return Optional.empty();
        }
        BigInteger value = new BigInteger(values.getFirst());
        return value.compareTo(MOST) < 0 ? Optional.of(value.longValue()) : Optional.empty();
    }
}
