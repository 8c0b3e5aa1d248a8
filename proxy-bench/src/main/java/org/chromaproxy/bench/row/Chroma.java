package org.chromaproxy.bench.row;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.drill.evidence.Http;

/** The little of Chroma's API that prepares a measurement. Blocking. */
public final class Chroma {
    public static final String COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Http http;
    private final URI url;

    public Chroma(URI url) {
        this.url = url;
        this.http = new Http(url, PATIENCE);
    }

    public URI url() {
        return url;
    }

    /** Makes a collection whose dimension is fixed by a first record; its path. */
    public String create(String name) {
        JsonNode made = post(COLLECTIONS, "{\"name\":\"" + name + "\"}");
        String path = COLLECTIONS + "/" + made.path("id").asText();
        post(path + "/add", Requests.addBody(List.of("first")));
        return path;
    }

    /** So many of them. */
    public List<String> create(String prefix, int count) {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            paths.add(create(prefix + "-" + i));
        }
        return paths;
    }

    /** The path of the collection of that name. */
    public String path(String name) {
        return COLLECTIONS + "/" + get(COLLECTIONS + "/" + name).path("id").asText();
    }

    /** How many collections there are. */
    public long collections() {
        return get(COLLECTIONS + "_count").asLong();
    }

    /** How many records a collection holds. */
    public long count(String path) {
        return get(path + "/count").asLong();
    }

    public JsonNode get(String path) {
        try {
            return body(http.get(path), path);
        } catch (IOException e) {
            throw new BenchException("no answer to GET " + path, e);
        }
    }

    public JsonNode post(String path, String body) {
        try {
            return body(http.post(path, body), path);
        } catch (IOException e) {
            throw new BenchException("no answer to POST " + path, e);
        }
    }

    /** Deletes the collection of that name. */
    public void delete(String name) {
        String path = COLLECTIONS + "/" + name;
        try {
            body(http.delete(path), path);
        } catch (IOException e) {
            throw new BenchException("no answer to DELETE " + path, e);
        }
    }

    private static JsonNode body(Http.Reply reply, String path) {
        if (reply.status() / 100 != 2) {
            throw new BenchException(path + " was answered with " + reply.status() + ": " + reply.body());
        }
        return reply.body();
    }
}
