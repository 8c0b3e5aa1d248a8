package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Fuzz target: a client's header fields, a line {@code name: value} each. What a server gets of them names the client's true
 * address last, the server's own host, no credential, and nothing that concerns the client's connection alone or that
 * {@code Connection} takes back; every other field arrives once for each time it was sent, in order, unchanged.
 */
public final class ForwardedTarget {
    private static final String ADDRESS = "192.0.2.7";
    private static final String HOST = "chroma.internal:8000";
    /** Written by the proxy, or judged field by field: {@code TraceContextTest}. */
    private static final Set<String> OWN =
            Set.of("host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "traceparent", "tracestate");

    private static final Set<String> STAYS = Set.of(
            "te",
            "expect",
            "trailer",
            "upgrade",
            "connection",
            "keep-alive",
            "authorization",
            "http2-settings",
            "x-chroma-token",
            "transfer-encoding");

    private ForwardedTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        HttpHeaders from = unchecked();
        List<String> expected = new ArrayList<>();
        List<String> taken = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                from.add(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        for (String value : from.getAll("Connection")) {
            for (String name : value.split(",", -1)) {
                taken.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        for (Map.Entry<String, String> field : from.entries()) {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            boolean back = taken.contains(name) && !name.equals("content-length");
            if (!OWN.contains(name) && !STAYS.contains(name) && !name.startsWith("proxy-") && !back) {
                expected.add(name + ":" + field.getValue());
            }
        }
        HttpHeaders to = unchecked();
        ForwardedHeaders.request(from, new ForwardedHeaders.Client(ADDRESS, false), HOST, to);
        assertEquals(expected, rest(to), text);
        assertEquals(List.of(HOST), to.getAll("Host"), text);
        List<String> addresses = to.getAll("X-Forwarded-For");
        assertEquals(1, addresses.size(), text);
        assertTrue(addresses.getFirst().endsWith(ADDRESS), text);
        assertFalse(from.contains("X-Forwarded-For") && addresses.getFirst().equals(ADDRESS), text);
    }

    private static List<String> rest(HttpHeaders to) {
        return to.entries().stream()
                .map(field -> field.getKey().toLowerCase(Locale.ROOT) + ":" + field.getValue())
                .filter(field -> !OWN.contains(field.substring(0, field.indexOf(':'))))
                .toList();
    }

    private static HttpHeaders unchecked() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }
}
