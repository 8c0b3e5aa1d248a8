package org.chromaproxy.scripted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.chromaproxy.support.LocalAdmin;

/** A well-behaved client of one proxy. */
final class Client implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A test that hangs should say where. */
    private static final long PATIENCE_SECONDS = 30;

    private final HttpClient http;
    private final String address;
    private final int port;
    private final Path localToken;

    Client(int port) {
        this(port, LocalAdmin.IN_TARGET);
    }

    /** @param localToken the file with the token to act with */
    Client(int port, Path localToken) {
        this(port, localToken, Optional.empty());
    }

    /** @param tls whom it trusts; empty for plain HTTP */
    Client(int port, Optional<SSLContext> tls) {
        this(port, LocalAdmin.IN_TARGET, tls);
    }

    private Client(int port, Path localToken, Optional<SSLContext> tls) {
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        tls.ifPresent(builder::sslContext);
        this.http = builder.build();
        this.address = (tls.isPresent() ? "https" : "http") + "://127.0.0.1:" + port;
        this.port = port;
        this.localToken = localToken;
    }

    /** What the proxy answered. */
    record Answer(int status, String body, HttpHeaders headers) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + this, e);
            }
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    int port() {
        return port;
    }

    CompletableFuture<Answer> get(String uri, String... headers) {
        return send(request("GET", uri, headers).GET());
    }

    /** @param headers names and values in turn */
    CompletableFuture<Answer> post(String uri, String body, String... headers) {
        return send(request("POST", uri, headers)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    CompletableFuture<Answer> put(String uri, String body) {
        return send(request("PUT", uri)
                .header("content-type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    CompletableFuture<Answer> patch(String uri, String body) {
        return send(request("PATCH", uri)
                .header("content-type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String method, String uri, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + uri));
        String token = LocalAdmin.acts(method, uri, headers) ? LocalAdmin.secret(localToken) : "";
        if (!token.isEmpty()) {
            request.header(LocalAdmin.HEADER, token);
        }
        return headers.length == 0 ? request : request.headers(headers);
    }

    CompletableFuture<Answer> delete(String uri, String... headers) {
        return send(request("DELETE", uri, headers).DELETE());
    }

    private CompletableFuture<Answer> send(HttpRequest.Builder request) {
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(answer -> new Answer(answer.statusCode(), answer.body(), answer.headers()))
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Hangs up on whatever is under way. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
