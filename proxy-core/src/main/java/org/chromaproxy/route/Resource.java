package org.chromaproxy.route;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One path pattern of Chroma with the methods it answers.
 *
 * @param tail the path below the collection, for operations without a variable part
 * @param allow the methods as a running server lists them
 */
record Resource(String tail, String allow, Map<HttpMethod, RouteKind> kinds) {
    static final Resource NONE = new Resource("", "", Map.of());
    static final Resource SERVER = get(RouteKind.SERVER_READ);
    static final Resource RESET = post("", RouteKind.RESET);
    static final Resource CRN = get(RouteKind.CRN);
    static final Resource V1 = v1();
    static final Resource TENANTS = post("", RouteKind.CREATE_TENANT);
    static final Resource TENANT = new Resource(
            "",
            "GET,HEAD,PATCH",
            Map.of(HttpMethod.GET, RouteKind.GET_TENANT, HttpMethod.PATCH, RouteKind.MODIFY_TENANT));
    static final Resource DATABASES = new Resource(
            "",
            "GET,HEAD,POST",
            Map.of(HttpMethod.GET, RouteKind.LIST_DATABASES, HttpMethod.POST, RouteKind.CREATE_DATABASE));
    static final Resource DATABASE = new Resource(
            "",
            "GET,HEAD,DELETE",
            Map.of(HttpMethod.GET, RouteKind.GET_DATABASE, HttpMethod.DELETE, RouteKind.DELETE_DATABASE));
    static final Resource COLLECTIONS = new Resource(
            "",
            "POST,GET,HEAD",
            Map.of(HttpMethod.GET, RouteKind.LIST_COLLECTIONS, HttpMethod.POST, RouteKind.CREATE_COLLECTION));
    static final Resource COLLECTIONS_COUNT = get(RouteKind.COUNT_COLLECTIONS);
    static final Resource COLLECTION = new Resource("", "GET,HEAD,PUT,DELETE", collection());
    static final Resource BY_ID = get(RouteKind.GET_COLLECTION_BY_ID);
    private static final Resource FUNCTION = get(RouteKind.READ_COLLECTION_RECORDS);
    private static final Resource ATTACHED_FUNCTION = post("", RouteKind.WRITE_OTHER);

    private static final Resource[] OPERATIONS = {
        post("add", RouteKind.WRITE_ADD),
        post("get", RouteKind.READ_COLLECTION_RECORDS),
        post("query", RouteKind.READ_COLLECTION_RECORDS),
        post("upsert", RouteKind.WRITE_UPSERT),
        post("update", RouteKind.WRITE_UPDATE),
        post("delete", RouteKind.WRITE_DELETE),
        new Resource("count", FUNCTION.allow, FUNCTION.kinds),
        post("search", RouteKind.READ_COLLECTION_RECORDS),
        post("conditional/get", RouteKind.READ_COLLECTION_RECORDS),
        post("conditional/commit", RouteKind.WRITE_OTHER),
        new Resource("indexing_status", FUNCTION.allow, FUNCTION.kinds),
        new Resource("fork_count", FUNCTION.allow, FUNCTION.kinds),
        post("fork", RouteKind.WRITE_OTHER),
        post("functions/attach", RouteKind.WRITE_OTHER)
    };

    private static Resource get(RouteKind kind) {
        return new Resource("", "GET,HEAD", Map.of(HttpMethod.GET, kind));
    }

    private static Resource post(String tail, RouteKind kind) {
        return new Resource(tail, "POST", Map.of(HttpMethod.POST, kind));
    }

    private static Map<HttpMethod, RouteKind> collection() {
        return Map.of(
                HttpMethod.GET,
                RouteKind.GET_COLLECTION,
                HttpMethod.PUT,
                RouteKind.MODIFY_COLLECTION,
                HttpMethod.DELETE,
                RouteKind.DELETE_COLLECTION);
    }

    private static Resource v1() {
        Map<HttpMethod, RouteKind> gone = Stream.of(
                        HttpMethod.GET, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.OPTIONS)
                .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> RouteKind.V1_GONE));
        return new Resource("", "GET,HEAD,PUT,PATCH,DELETE,OPTIONS", gone);
    }

    boolean known() {
        return !kinds.isEmpty();
    }

    /** The operation on a collection whose path below the collection is {@code uri[start, end)}, or {@link #NONE}. */
    static Resource operation(String uri, int start, int end) {
        int length = end - start;
        for (Resource operation : OPERATIONS) {
            if (operation.tail.length() == length && uri.startsWith(operation.tail, start)) {
                return operation;
            }
        }
        if (uri.startsWith("functions/", start)) {
            return RoutePath.segmentEnd(uri, start + "functions/".length(), end) == end ? FUNCTION : NONE;
        }
        if (uri.startsWith("attached_functions/", start)) {
            return attached(uri, start + "attached_functions/".length(), end);
        }
        return NONE;
    }

    /** @param start offset behind {@code attached_functions/} */
    static Resource attached(String uri, int start, int end) {
        int nameEnd = RoutePath.segmentEnd(uri, start, end);
        boolean known = RoutePath.rest(uri, nameEnd, end, "/detach") || RoutePath.rest(uri, nameEnd, end, "/add_input");
        return known ? ATTACHED_FUNCTION : NONE;
    }

    Route route(HttpMethod method, Scope scope, Segment collection) {
        if (!known()) {
            return Route.UNKNOWN;
        }
        RouteKind kind = kinds.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
        if (kind == null) {
            return new Route(RouteKind.METHOD_NOT_ALLOWED, scope, collection, allow, "");
        }
        return new Route(kind, scope, collection, "", "");
    }
}
