package org.chromaproxy.drill.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks one server. Every request is bounded. Thread-safe. */
public final class Http {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    private final URI server;
    private final Duration patience;

    public Http(URI server, Duration patience) {
        this.server = server;
        this.patience = patience;
    }

    /** A status and a body, parsed; a body that is no JSON is a missing node. */
    public record Reply(int status, JsonNode body) {}

    public Reply get(String path) throws IOException {
        return send(HttpRequest.newBuilder(server.resolve(path)).timeout(patience));
    }

    public Reply delete(String path) throws IOException {
        return send(
                HttpRequest.newBuilder(server.resolve(path)).timeout(patience).DELETE());
    }

    public Reply post(String path, String body) throws IOException {
        return send(HttpRequest.newBuilder(server.resolve(path))
                .timeout(patience)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** The body of a 200; an {@link IOException} for any other status. */
    public static JsonNode ok(Reply reply) throws IOException {
        if (reply.status() != 200) {
            throw new IOException("status " + reply.status() + ": " + reply.body());
        }
        return reply.body();
    }

    private static Reply send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<byte[]> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Reply(answer.statusCode(), parse(answer.body()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException notJson) {
            return JSON.missingNode();
        }
    }
}
