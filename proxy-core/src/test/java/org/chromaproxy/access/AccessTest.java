package org.chromaproxy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.access.client.ClientSocket;
import org.chromaproxy.access.client.RateTable;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.ClientSettings;
import org.chromaproxy.route.Routes;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AccessTest {
    private static final String URI = "/api/v2/tenants/t/databases/d/collections";

    private final AccessFixture file = new AccessFixture();

    private static HttpRequest get(String... headers) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, URI);
        for (int i = 0; i < headers.length; i += 2) {
            request.headers().add(headers[i], headers[i + 1]);
        }
        return request;
    }

    private static ClientSocket of(String address) {
        return new ClientSocket(address, "192.0.2.100", false);
    }

    private static FullHttpResponse refusal(Access access, String address, String... headers) {
        return access.decide(get(headers), Routes.classify(HttpMethod.GET, URI), of(address))
                .refusal()
                .orElseThrow();
    }

    private static boolean permits(Access access, String... headers) {
        return access.decide(get(headers), Routes.classify(HttpMethod.GET, URI), of("192.0.2.1"))
                .refusal()
                .isEmpty();
    }

    @Test
    void aRefusalSaysWhyAndHowToDoBetter() {
        file.token("app", Role.READ, "other");
        Access access = Access.of(file.settings("up"));
        FullHttpResponse none = refusal(access, "192.0.2.1");
        assertEquals(401, none.status().code());
        assertEquals(
                List.of("Bearer realm=\"chroma-proxy\"", "Basic realm=\"chroma-proxy\", charset=\"UTF-8\""),
                none.headers().getAll("WWW-Authenticate"));
        String body = none.content().toString(StandardCharsets.UTF_8);
        assertTrue(body.contains("\"AuthError\"") && body.contains("There is no token"), body);
        FullHttpResponse elsewhere = refusal(access, "192.0.2.1", "x-chroma-token", "secret of app for READ");
        assertEquals(403, elsewhere.status().code());
        String said = elsewhere.content().toString(StandardCharsets.UTF_8);
        assertTrue(said.contains("The token app is not for the tenant t"), said);
    }

    /** A browser adds the password it keeps by itself; a page's own header needs leave first. */
    @Test
    void aPageOfAnotherSiteCannotUseTheBrowsersPassword() {
        String secret = file.token("app", Role.ADMIN);
        Access access = Access.of(file.settings("up"));
        String basic = Base64.getEncoder().encodeToString((":" + secret).getBytes(StandardCharsets.UTF_8));
        for (String origin : List.of("https://evil.example", "null", "http://proxy:8000")) {
            HttpRequest post = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, URI);
            post.headers().set("Host", "proxy:8000").set("Origin", origin).set("Authorization", "Basic " + basic);
            int refusals = access.decide(post, Routes.classify(HttpMethod.POST, URI), of("192.0.2.1"))
                    .refusal()
                    .map(answer -> answer.status().code())
                    .orElse(0);
            assertEquals(origin.equals("http://proxy:8000") ? 0 : 403, refusals, origin);
        }
    }

    @Test
    void twoTokensThatDifferAreNoToken() {
        String secret = file.token("app", Role.READ);
        String other = file.token("other", Role.READ);
        Access access = Access.of(file.settings("up"));
        assertTrue(permits(access, "x-chroma-token", secret, "Authorization", "Bearer " + secret));
        assertEquals(
                401,
                refusal(access, "192.0.2.1", "x-chroma-token", secret, "Authorization", "Bearer " + other)
                        .status()
                        .code());
        assertEquals(
                401,
                refusal(access, "192.0.2.1", "x-chroma-token", secret, "x-chroma-token", secret)
                        .status()
                        .code());
    }

    @Test
    void failuresOfOneAddressAreBoundedAndAValidTokenIsStillLetIn() {
        String secret = file.token("app", Role.READ);
        Access access = Access.of(file.settings("up"));
        for (int i = 0; i < 10; i++) {
            assertEquals(
                    401,
                    refusal(access, "192.0.2.1", "x-chroma-token", "guess" + i)
                            .status()
                            .code());
        }
        FullHttpResponse bounded = refusal(access, "192.0.2.1", "x-chroma-token", "guess");
        assertEquals(429, bounded.status().code());
        assertTrue(bounded.headers().contains("Retry-After"));
        assertEquals(401, refusal(access, "192.0.2.2").status().code());
        assertTrue(permits(access, "x-chroma-token", secret));
    }

    @Test
    void aReloadTakesEffectAtOnceAndABadFileChangesNothing() {
        String kept = file.token("kept", Role.READ);
        String revoked = file.token("revoked", Role.READ);
        Access access = Access.of(file.settings("up"));
        assertTrue(permits(access, "x-chroma-token", revoked));
        file.revoke("revoked");
        assertEquals(1, access.reload());
        assertEquals(
                401,
                refusal(access, "192.0.2.1", "x-chroma-token", revoked).status().code());
        file.spoil();
        assertThrows(AccessException.class, access::reload);
        assertTrue(permits(access, "x-chroma-token", kept));
    }

    @Test
    void bucketsRefillAndTheirNumberIsBounded() {
        AtomicLong nanos = new AtomicLong();
        RateTable table = new RateTable(2, 0.5, 3, nanos::get);
        assertEquals(2, taken(table));
        nanos.addAndGet(2_000_000_000L);
        assertEquals(1, taken(table));
        for (int i = 0; i < 1_000; i++) {
            table.take("address " + i);
        }
        assertEquals(3, table.size());
    }

    private static int taken(RateTable table) {
        int taken = 0;
        while (table.take("a")) {
            taken++;
        }
        return taken;
    }

    @Test
    void anIpv6ClientIsItsNetwork() {
        assertEquals("2001:db8:0:1", RateTable.network("2001:db8:0:1:2:3:4:5"));
        assertEquals("192.0.2.1", RateTable.network("192.0.2.1"));
    }

    /** What Chroma's JavaScript client sends from a page, and what a browser asks in front of a private address. */
    @Test
    void aPreflightGrantsWhatChromasClientsSendFromAPage() {
        ClientSettings clients = new ClientSettings(15_000, 0, 0, List.of("https://app.example"));
        Access access = Access.of(new AccessSettings(Optional.empty(), Optional.empty(), clients));
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.OPTIONS, URI);
        request.headers()
                .set("origin", "https://app.example")
                .set("access-control-request-method", "POST")
                .set("access-control-request-private-network", "true");
        FullHttpResponse answer = access.decide(request, Routes.classify(HttpMethod.OPTIONS, URI), of("192.0.2.1"))
                .refusal()
                .orElseThrow();
        List<String> granted =
                List.of(answer.headers().get("access-control-allow-headers").split(", ", -1));
        for (String header : List.of("x-api-key", "user-agent", "x-chroma-token", "content-type")) {
            assertTrue(granted.contains(header), header + " is not among " + granted);
        }
        assertEquals("true", answer.headers().get("access-control-allow-private-network"));
    }

    /** Each address begins with a line of its own; those that are not remembered share a few. */
    @Test
    void wrongTokensFromAnyNumberOfAddressesFillNoLog() {
        file.token("app", Role.READ);
        Access access = Access.of(file.settings("up"));
        Logger logger = (Logger) LoggerFactory.getLogger(Access.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            for (int i = 0; i < 8_000; i++) {
                FullHttpResponse refusal =
                        refusal(access, "10.0." + i / 250 + "." + i % 250, "x-chroma-token", "wrong");
                assertEquals(401, refusal.status().code());
                refusal.release();
            }
        } finally {
            logger.detachAppender(lines);
        }
        assertTrue(lines.list.size() >= 4_096, "each that is remembered is told: " + lines.list.size());
        assertTrue(lines.list.size() < 5_000, "lines: " + lines.list.size());
    }
}
