package org.chromaproxy.route;

/**
 * A classified request line.
 *
 * @param collection the collection as the client named it (a name, an id in any spelling, or a resource name for
 *     {@link RouteKind#CRN}); {@link Segment#NONE} if the route has none
 * @param allow for {@link RouteKind#METHOD_NOT_ALLOWED} the value of the {@code Allow} header, else empty
 * @param reason for {@link RouteKind#BAD_PATH} what is wrong, else empty
 */
public record Route(RouteKind kind, Scope scope, Segment collection, String allow, String reason) {
    static final Route UNKNOWN = of(RouteKind.UNKNOWN);
    static final Route OWN = of(RouteKind.OWN);

    static Route of(RouteKind kind) {
        return new Route(kind, Scope.NONE, Segment.NONE, "", "");
    }

    static Route badPath(String reason) {
        return new Route(RouteKind.BAD_PATH, Scope.NONE, Segment.NONE, "", reason);
    }
}
