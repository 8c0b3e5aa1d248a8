package org.chromaproxy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Set;
import org.chromaproxy.access.client.CrossOrigin;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose page sends a request; what credential or certificate comes with it is not looked at. */
class CrossOriginTest {
    private static final CrossOrigin ORIGINS = new CrossOrigin(Set.of("https://app.example"));

    private static HttpRequest from(String origin) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/api/v2/tenants");
        request.headers().set("Host", "proxy:8000").set("Origin", origin);
        return request;
    }

    /** A page that came without TLS is another site to a proxy with it: whoever is on the way may have written it. */
    @ParameterizedTest
    @CsvSource({
        "https://proxy:8000, true, false",
        "http://proxy:8000, true, true",
        "https://proxy:8000, false, false",
        "http://proxy:8000, false, false",
        "https://proxy, false, true",
        "https://evil.example, true, true",
        "https://app.example, true, false",
        "http://app.example, true, true"
    })
    void pagesOfItsOwnAndOfThoseAllowed(String origin, boolean tls, boolean foreign) {
        assertEquals(foreign, ORIGINS.foreign(from(origin), tls, false), origin);
    }

    @ParameterizedTest
    @CsvSource({"https://proxy:8000, false", "https://app.example, true", "https://evil.example, true"})
    void nobodyElsesPageActs(String origin, boolean foreign) {
        assertEquals(foreign, ORIGINS.foreign(from(origin), true, true), origin);
    }
}
