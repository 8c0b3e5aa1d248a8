package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorsAndHeadersTest {
    private static final ForwardedHeaders.Client CLIENT = new ForwardedHeaders.Client("192.0.2.7", false);

    @ParameterizedTest
    @EnumSource(ProxyError.class)
    void everyErrorIsAnErrorInChromasShapeOrEmpty(ProxyError error) throws IOException {
        assertTrue(error.status().code() >= 400);
        FullHttpResponse response = ErrorResponses.of(error);
        assertEquals(error.body().length, response.headers().getInt("content-length"));
        assertEquals("0".repeat(32), response.headers().get("chroma-trace-id"));
        if (error.message().isEmpty()) {
            assertEquals(0, error.body().length);
        } else {
            JsonNode body = new ObjectMapper().readTree(error.body());
            assertEquals(2, body.size());
            assertEquals(error.chromaName(), body.get("error").textValue());
            assertEquals(error.message(), body.get("message").textValue());
        }
        response.release();
    }

    @Test
    void tagsAreDistinct() {
        Set<String> tags = new HashSet<>();
        for (ProxyError error : ProxyError.values()) {
            assertTrue(tags.add(error.tag()));
        }
    }

    @Test
    void messagesAreEscaped() throws IOException {
        String message = ProxyError.noCollectionNamed("a\"\\\n\u0001\u00e4\ud83d\ude00");
        byte[] body = ProxyError.COLLECTION_NOT_FOUND.body(message);
        assertEquals(message, new ObjectMapper().readTree(body).get("message").textValue());
    }

    @Test
    void aMissingCollectionIsToldInChromasWords() {
        assertEquals(
                "{\"error\":\"NotFoundError\",\"message\":\"Collection [zzz] does not exist\"}",
                new String(
                        ProxyError.COLLECTION_NOT_FOUND.body(ProxyError.noCollectionNamed("zzz")),
                        StandardCharsets.UTF_8));
        assertEquals("Collection [u] does not exist.", ProxyError.noCollectionWithId("u"));
    }

    @Test
    void theRightMethodsAreListed() {
        FullHttpResponse response = ErrorResponses.methodNotAllowed("GET,HEAD");
        assertEquals("GET,HEAD", response.headers().get("allow"));
        assertFalse(response.headers().contains("content-type"));
        response.release();
    }

    @Test
    void whatConcernsOneConnectionIsNotForwarded() {
        HttpHeaders from = new DefaultHttpHeaders();
        for (String name : List.of(
                "Keep-Alive",
                "Proxy-Authorization",
                "Proxy-Connection",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "HTTP2-Settings",
                "Expect",
                "X-Private")) {
            from.add(name, "v");
        }
        from.add("Connection", "keep-alive, x-PRIVATE , content-length").add("Connection", "x-other");
        from.add("X-Other", "v")
                .add("Content-Length", "3")
                .add("Content-Type", "application/json")
                .add("Host", "h:1");
        from.add("X-Many", "1").add("X-Many", "2");
        HttpHeaders to = new DefaultHttpHeaders();
        ForwardedHeaders.request(from, CLIENT, "127.0.0.1:8001", to);
        assertEquals(
                Set.of(
                        "Content-Length",
                        "Content-Type",
                        "host",
                        "X-Many",
                        "x-forwarded-for",
                        "x-forwarded-proto",
                        "x-forwarded-host"),
                to.names());
        assertEquals("127.0.0.1:8001", to.get("host"));
        assertEquals(List.of("1", "2"), to.getAll("x-many"));
        assertEquals("192.0.2.7", to.get("x-forwarded-for"));
        assertEquals("http", to.get("x-forwarded-proto"));
        assertEquals("h:1", to.get("x-forwarded-host"));
    }

    @Test
    void earlierProxiesStayOnRecord() {
        HttpHeaders from = new DefaultHttpHeaders()
                .add("X-Forwarded-For", "198.51.100.1")
                .add("X-Forwarded-For", "198.51.100.2")
                .add("X-Forwarded-Proto", "https")
                .add("X-Forwarded-Host", "public")
                .add("Host", "inner");
        HttpHeaders to = new DefaultHttpHeaders();
        ForwardedHeaders.request(from, CLIENT, "i", to);
        assertEquals(List.of("198.51.100.1, 198.51.100.2, 192.0.2.7"), to.getAll("x-forwarded-for"));
        assertEquals(List.of("https"), to.getAll("x-forwarded-proto"));
        assertEquals(List.of("public"), to.getAll("x-forwarded-host"));
    }

    @Test
    void aResponsesHeadersAreCopiedTheSameWay() {
        HttpHeaders from = new DefaultHttpHeaders()
                .add("Connection", "close")
                .add("Transfer-Encoding", "chunked")
                .add("chroma-trace-id", "1");
        HttpHeaders to = new DefaultHttpHeaders();
        ForwardedHeaders.response(from, to);
        assertEquals(Set.of("chroma-trace-id"), to.names());
    }
}
