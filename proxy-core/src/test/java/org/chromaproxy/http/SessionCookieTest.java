package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionCookieTest {
    private static HttpHeaders cookies(String... lines) {
        return new DefaultHttpHeaders().set(HttpHeaderNames.COOKIE, List.of(lines));
    }

    @Test
    void aSecureOneIsForThisHostAndHttpsOnly() {
        assertEquals(
                "__Host-chroma-proxy-session=v; Path=/; HttpOnly; SameSite=Strict; Secure",
                SessionCookie.set("v", true));
        assertEquals("chroma-proxy-session=v; Path=/; HttpOnly; SameSite=Strict", SessionCookie.set("v", false));
        assertTrue(SessionCookie.forget().stream().allMatch(cookie -> cookie.endsWith("; Max-Age=0")));
    }

    @Test
    void itIsFoundAmongOthersUnlessThereAreTwoThatDiffer() {
        assertEquals(Optional.of("v"), SessionCookie.of(cookies("a=b; chroma-proxy-session=v", "c=d")));
        assertEquals(
                Optional.of("v"), SessionCookie.of(cookies("chroma-proxy-session=v; __Host-chroma-proxy-session=v")));
        assertEquals(Optional.empty(), SessionCookie.of(cookies("chroma-proxy-session=v", "chroma-proxy-session=w")));
        assertEquals(Optional.empty(), SessionCookie.of(cookies("my-chroma-proxy-session=v")));
    }

    @Test
    void instancesAreSentTheOthersOnly() {
        String others = "a=b; c=d";
        assertSame(others, SessionCookie.without(others));
        assertEquals(others, SessionCookie.without("a=b; Chroma-Proxy-Session=v; c=d; __host-chroma-proxy-session=w"));
        assertEquals("", SessionCookie.without("chroma-proxy-session=v"));
    }
}
