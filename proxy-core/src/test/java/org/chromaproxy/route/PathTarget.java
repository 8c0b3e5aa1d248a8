package org.chromaproxy.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Fuzz target: a method and a target. Nothing that is let through changes its meaning when it is normalised, and no own
 * endpoint's when it is decoded, by somebody else; names are decoded once; nothing but the plain spelling of an own endpoint's path leads there, or to
 * anything else that a server in front may have guarded.
 */
public final class PathTarget {
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "get");
    private static final Set<RouteKind> NOWHERE =
            EnumSet.of(RouteKind.BAD_PATH, RouteKind.UNKNOWN, RouteKind.METHOD_NOT_ALLOWED);
    private static final List<String> OWN =
            List.of("/admin", "/wal", "/transaction", "/transactions", "/status", "/metrics", "/health", "/dashboard");

    private PathTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        String method = METHODS.get((input[0] & 0xff) % METHODS.size());
        String uri = new String(input, 1, input.length - 1, StandardCharsets.ISO_8859_1);
        Route route = Routes.classify(HttpMethod.valueOf(method), uri);
        if (uri.startsWith("*")) {
            assertTrue(NOWHERE.contains(route.kind()), uri);
            return;
        }
        assertEquals(route, Routes.classify(HttpMethod.valueOf(method), uri + (uri.contains("?") ? "x" : "?x")), uri);
        Route asked = Routes.ofRequest(HttpMethod.valueOf(method), uri);
        boolean foreign =
                uri.chars().anyMatch(c -> "<>\"#".indexOf(c) >= 0) || path(uri).matches("(?s).*[`{}].*");
        assertTrue(foreign ? asked.kind() == RouteKind.BAD_PATH : asked.equals(route), uri);
        if (NOWHERE.contains(route.kind())) {
            return;
        }
        String path = path(uri);
        assertTrue(path.startsWith("/") && path.chars().allMatch(c -> c > ' ' && c < 0x7f), uri);
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String once = decoded(segments[i]);
            boolean hides = once.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ' || c == 0x7f);
            assertFalse(hides && route.kind() == RouteKind.OWN, uri);
            assertFalse(MisleadingCharacters.in(once), uri);
            assertFalse(once.equals(".") || once.equals(".."), uri);
            assertTrue(!segments[i].isEmpty() || i == segments.length - 1, uri);
        }
        reachable(route, uri, path);
        names(route, uri, segments);
    }

    private static String path(String uri) {
        return uri.indexOf('?') < 0 ? uri : uri.substring(0, uri.indexOf('?'));
    }

    private static void reachable(Route route, String uri, String path) {
        boolean spelled = OWN.stream().anyMatch(own -> path.equals(own) || path.startsWith(own + "/"))
                || path.startsWith("/collection/mappings");
        assertEquals(spelled, route.kind() == RouteKind.OWN, uri);
        boolean chroma = path.startsWith("/api/") || path.startsWith("/docs") || path.equals("/openapi.json");
        assertTrue(spelled || chroma, () -> uri + " leads to " + route);
    }

    private static void names(Route route, String uri, String[] segments) {
        if (!route.scope().tenant().isEmpty() && segments.length > 3) {
            assertEquals("tenants", segments[2], uri);
            assertEquals(decoded(segments[3]), route.scope().tenant(), uri);
        }
        if (!route.scope().database().isEmpty()) {
            assertEquals("databases", segments[4], uri);
            assertEquals(decoded(segments[5]), route.scope().database(), uri);
        }
        Segment collection = route.collection();
        if (!collection.text().isEmpty()) {
            String raw = uri.substring(collection.start(), collection.end());
            assertEquals(decoded(raw), collection.text(), uri);
            assertTrue(!raw.contains("/") || route.kind() == RouteKind.CRN, uri);
        }
    }

    private static String decoded(String segment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (segment.substring(i).matches("(?s)%[0-9a-fA-F]{2}.*")) {
                out.write(Integer.parseInt(segment.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                out.write(c);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
