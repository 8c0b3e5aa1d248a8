package org.chromaproxy.acceptance.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.chromaproxy.support.LocalAdmin;

/** Chroma's HTTP API at one address, a bare server's or the proxy's. Every call is bounded to 30 s. */
public final class ChromaApi {
    public static final String TENANT = "/api/v2/tenants/default_tenant";
    /** The default database's path. */
    public static final String D = TENANT + "/databases/default_database";

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final String url;
    private final Path localToken;

    /** A server's. */
    public ChromaApi(String url) {
        this(url, Path.of(""));
    }

    /**
     * A proxy's.
     *
     * @param dataDirectory where the token is that it may be asked to act with
     */
    public ChromaApi(String url, Path dataDirectory) {
        this.url = url;
        this.localToken = LocalAdmin.in(dataDirectory);
    }

    public String url() {
        return url;
    }

    /** The path of a database. */
    public static String database(String tenant, String database) {
        return "/api/v2/tenants/" + tenant + "/databases/" + database;
    }

    /** The path of a collection in the default database, by whatever it is called there. */
    public static String collection(String idOrName) {
        return D + "/collections/" + idOrName;
    }

    public Answer get(String path) {
        return send("GET", path, null);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null);
    }

    public Answer post(String path, JsonNode body) {
        return send("POST", path, body.toString());
    }

    public Answer post(String path, String body) {
        return send("POST", path, body);
    }

    public Answer put(String path, JsonNode body) {
        return send("PUT", path, body.toString());
    }

    /**
     * Sends one request.
     *
     * @param headers alternating names and values
     * @throws UncheckedIOException when no whole answer came: the connection broke, or 30 s went by
     */
    public Answer send(String method, String path, @org.jspecify.annotations.Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                // Longer than the proxy lets anything wait: what it says then tells why.
                .timeout(Duration.ofSeconds(60))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        String token = LocalAdmin.acts(method, path, headers) ? LocalAdmin.secret(localToken) : "";
        if (!token.isEmpty()) {
            request.header(LocalAdmin.HEADER, token);
        }
        try {
            var response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(method + " " + path, response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted in " + method + " " + path, e);
        }
    }

    /** Creates a collection in the default database; its id. */
    public String create(String name) {
        return create(D, name);
    }

    /** Creates a collection in a database, given by its path; its id. */
    public String create(String database, String name) {
        return post(database + "/collections", Json.object("name", name))
                .expect(200)
                .json()
                .path("id")
                .asText();
    }

    /** Adds records; fails on anything but 201. */
    public void add(String collectionPath, JsonNode records) {
        post(collectionPath + "/add", records).expect(201);
    }

    /** Reads records with everything there is to include. */
    public JsonNode records(String collectionPath, JsonNode request) {
        var body = Json.object("include", Json.array("embeddings", "metadatas", "documents", "uris"));
        request.properties().forEach(field -> body.set(field.getKey(), field.getValue()));
        return post(collectionPath + "/get", body).expect(200).json();
    }

    public int count(String collectionPath) {
        return get(collectionPath + "/count").expect(200).json().asInt(-1);
    }
}
