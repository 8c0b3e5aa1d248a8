package org.chromaproxy.route;

import io.netty.handler.codec.http.HttpMethod;

/**
 * The route table of Chroma's releases 1.0.0 to 1.5.9 and of the proxy itself. Fixed segments are compared raw, as
 * Chroma does; tenant, database and collection are percent-decoded once.
 */
public final class Routes {
    private static final String API = "/api/v2";
    private static final String TENANTS = "/api/v2/tenants";
    private static final String CRN = "/api/v2/collections/";
    private static final String[] OWN = {
        "/health",
        "/status",
        "/wal",
        "/collection/mappings",
        "/admin",
        "/transaction",
        "/transactions",
        "/metrics",
        "/dashboard"
    };

    private Routes() {}

    /** Says what a client's request line asks for: as {@link #classify}, but a character that must be escaped is refused. */
    public static Route ofRequest(HttpMethod method, String uri) {
        return RoutePath.holdsForeign(uri, RoutePath.end(uri))
                ? Route.badPath(RoutePath.UNESCAPED)
                : classify(method, uri);
    }

    /**
     * Says what a request line, which an earlier release may have logged, asks for. HEAD is taken as GET; the query is ignored.
     *
     * @param uri the request target in origin form, raw
     */
    public static Route classify(HttpMethod method, String uri) {
        int end = RoutePath.end(uri);
        if (end == 0 || uri.charAt(0) != '/') {
            return uri.equals("*") ? Route.UNKNOWN : Route.badPath("it does not begin with a slash");
        }
        String fault = RoutePath.fault(uri, end);
        if (!fault.isEmpty()) {
            return Route.badPath(fault);
        }
        if (RoutePath.vanishes(uri, end)) {
            return Route.UNKNOWN;
        }
        if (uri.startsWith(API) && (end == API.length() || uri.charAt(API.length()) == '/')) {
            // Chroma knows no path that ends in a slash, below /api.
            return uri.charAt(end - 1) == '/' ? Route.UNKNOWN : api(method, uri, end);
        }
        return outside(method, uri, end);
    }

    private static Route outside(HttpMethod method, String uri, int end) {
        for (String own : OWN) {
            if (under(uri, end, own)) {
                return RoutePath.hides(uri, end)
                        ? Route.badPath("an encoded slash, backslash or control character, or an invalid escape")
                        : Route.OWN;
            }
        }
        if (under(uri, end, "/docs") || RoutePath.rest(uri, 0, end, "/openapi.json")) {
            return Resource.SERVER.route(method, Scope.NONE, Segment.NONE);
        }
        if (under(uri, end, "/api/v1") && end > "/api/v1/".length()) {
            return Resource.V1.route(method, Scope.NONE, Segment.NONE);
        }
        return Route.UNKNOWN;
    }

    private static boolean under(String uri, int end, String prefix) {
        int length = prefix.length();
        return uri.startsWith(prefix) && (end == length || (end > length && uri.charAt(length) == '/'));
    }

    private static Route api(HttpMethod method, String uri, int end) {
        if (under(uri, end, TENANTS)) {
            return end == TENANTS.length()
                    ? Resource.TENANTS.route(method, Scope.NONE, Segment.NONE)
                    : tenant(method, uri, TENANTS.length() + 1, end);
        }
        if (uri.startsWith(CRN)) {
            boolean whole = RoutePath.segmentEnd(uri, CRN.length(), end) == end;
            Resource resource = whole ? Resource.CRN : Resource.NONE;
            return resource.route(method, Scope.NONE, segment(uri, CRN.length(), end));
        }
        return server(uri.substring(API.length(), end)).route(method, Scope.NONE, Segment.NONE);
    }

    private static Resource server(String path) {
        return switch (path) {
            case "", "/heartbeat", "/healthcheck", "/pre-flight-checks", "/version", "/auth/identity" ->
                Resource.SERVER;
            case "/reset" -> Resource.RESET;
            default -> Resource.NONE;
        };
    }

    private static Route tenant(HttpMethod method, String uri, int start, int end) {
        int tenantEnd = RoutePath.segmentEnd(uri, start, end);
        String tenant = RoutePath.decode(uri, start, tenantEnd);
        Scope scope = new Scope(tenant, "");
        if (tenantEnd == end) {
            return Resource.TENANT.route(method, scope, Segment.NONE);
        }
        String databases = "/databases";
        if (!uri.startsWith(databases, tenantEnd)) {
            return Route.UNKNOWN;
        }
        int next = tenantEnd + databases.length();
        if (next == end) {
            return Resource.DATABASES.route(method, scope, Segment.NONE);
        }
        return next < end && uri.charAt(next) == '/' ? database(method, uri, next + 1, tenant, end) : Route.UNKNOWN;
    }

    private static Route database(HttpMethod method, String uri, int start, String tenant, int end) {
        int databaseEnd = RoutePath.segmentEnd(uri, start, end);
        Scope scope = new Scope(tenant, RoutePath.decode(uri, start, databaseEnd));
        if (databaseEnd == end) {
            return Resource.DATABASE.route(method, scope, Segment.NONE);
        }
        int child = databaseEnd + 1;
        int childEnd = RoutePath.segmentEnd(uri, child, end);
        if (RoutePath.rest(uri, child, childEnd, "collections")) {
            return childEnd == end
                    ? Resource.COLLECTIONS.route(method, scope, Segment.NONE)
                    : collection(method, uri, childEnd + 1, scope, end);
        }
        if (RoutePath.rest(uri, child, end, "collections_count")) {
            return Resource.COLLECTIONS_COUNT.route(method, scope, Segment.NONE);
        }
        if (RoutePath.rest(uri, child, childEnd, "attached_functions") && childEnd < end) {
            return Resource.attached(uri, childEnd + 1, end).route(method, scope, Segment.NONE);
        }
        return Route.UNKNOWN;
    }

    private static Route collection(HttpMethod method, String uri, int start, Scope scope, int end) {
        int collectionEnd = RoutePath.segmentEnd(uri, start, end);
        if (collectionEnd == end) {
            return Resource.COLLECTION.route(method, scope, segment(uri, start, end));
        }
        Resource operation = Resource.operation(uri, collectionEnd + 1, end);
        boolean known = operation.known();
        // No operation is spelled like an id, so a collection that is itself named "by-id" keeps all of its own.
        if (!known
                && RoutePath.rest(uri, start, collectionEnd, "by-id")
                && RoutePath.segmentEnd(uri, collectionEnd + 1, end) == end) {
            return Resource.BY_ID.route(method, scope, segment(uri, collectionEnd + 1, end));
        }
        return known ? operation.route(method, scope, segment(uri, start, collectionEnd)) : Route.UNKNOWN;
    }

    private static Segment segment(String uri, int start, int end) {
        return new Segment(RoutePath.decode(uri, start, end), start, end);
    }
}
