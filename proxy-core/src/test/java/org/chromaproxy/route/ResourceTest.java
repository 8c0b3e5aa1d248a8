package org.chromaproxy.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpMethod;
import org.junit.jupiter.api.Test;

class ResourceTest {
    private static final String BELOW = "/c/";

    private static RouteKind kind(String tail, HttpMethod method) {
        String uri = BELOW + tail;
        return Resource.operation(uri, BELOW.length(), RoutePath.end(uri))
                .route(method, Scope.NONE, Segment.NONE)
                .kind();
    }

    @Test
    void anOperationIsKnownByItsWholePath() {
        assertEquals(RouteKind.WRITE_ADD, kind("add", HttpMethod.POST));
        assertEquals(RouteKind.READ_COLLECTION_RECORDS, kind("conditional/get?limit=1", HttpMethod.POST));
        assertFalse(Resource.operation(BELOW + "added", BELOW.length(), BELOW.length() + 5)
                .known());
        assertSame(Resource.NONE, Resource.operation(BELOW + "functions/f/g", BELOW.length(), BELOW.length() + 13));
        assertEquals(RouteKind.WRITE_OTHER, kind("attached_functions/f/detach", HttpMethod.POST));
    }

    @Test
    void headIsAnsweredAsGetAndAnotherMethodIsToldWhichMayBeUsed() {
        Route refused = Resource.TENANT.route(HttpMethod.DELETE, Scope.NONE, Segment.NONE);

        assertEquals(RouteKind.METHOD_NOT_ALLOWED, refused.kind());
        assertEquals("GET,HEAD,PATCH", refused.allow());
        assertEquals(
                RouteKind.GET_TENANT,
                Resource.TENANT.route(HttpMethod.HEAD, Scope.NONE, Segment.NONE).kind());
    }

    @Test
    void charactersThatAClientMustEscapeAreForeign() {
        assertTrue(RoutePath.holdsForeign("/a{b}", 5));
        assertFalse(RoutePath.holdsForeign("/a?b={c}", 2));
        assertTrue(RoutePath.holdsForeign("/a?b=\"c\"", 2));
        assertEquals(2, RoutePath.end("/a?b=/c"));
        assertEquals(2, RoutePath.segmentEnd("/a/b", 1, 4));
    }
}
