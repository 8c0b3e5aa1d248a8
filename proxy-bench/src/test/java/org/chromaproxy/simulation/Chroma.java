package org.chromaproxy.simulation;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;

/** A real server, in which everybody has a database. Thread-safe. */
final class Chroma implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DATABASES = "/api/v2/tenants/" + ModelServer.TENANT + "/databases";

    private static final String LOCKED = "database is locked";
    private static final int MOST_LOCKED = 100;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;
    private final AtomicInteger databases = new AtomicInteger();

    Chroma(String url) {
        server = URI.create(url);
        // As the proxy does.
        demand(send(UpstreamRequest.json("POST", "/api/v2/tenants", "{\"name\":\"chroma-proxy\"}")), 200);
    }

    /** A database of its own, deleted when it is closed. */
    Database database() {
        return new Database("sequence-" + databases.incrementAndGet());
    }

    /** A database that stands for that of the model. */
    final class Database implements AutoCloseable {
        private final String name;

        private Database(String name) {
            this.name = name;
            demand(Chroma.this.send(UpstreamRequest.json("POST", DATABASES, "{\"name\":\"" + name + "\"}")), 200);
        }

        /** Sends what is meant for the model's. */
        UpstreamResponse send(UpstreamRequest request) {
            String uri = request.uri().replace("/" + ModelServer.DATABASE, "/" + name);
            return Chroma.this.send(new UpstreamRequest(request.method(), uri, request.headers(), request.body()));
        }

        @Override
        public void close() {
            demand(Chroma.this.send(UpstreamRequest.json("DELETE", DATABASES + "/" + name, "")), 200);
        }
    }

    private static void demand(UpstreamResponse answer, int status) {
        if (answer.status() != status) {
            throw new IllegalStateException(answer.status() + " " + answer.brief());
        }
    }

    /** Sends it, again as long as SQLite refuses it for work of the server's own: then nothing was executed. */
    private UpstreamResponse send(UpstreamRequest request) {
        UpstreamResponse answer = sendOnce(request);
        for (int i = 0;
                i < MOST_LOCKED && answer.status() == 500 && answer.text().contains(LOCKED);
                i++) {
            answer = sendOnce(request);
        }
        return answer;
    }

    private UpstreamResponse sendOnce(UpstreamRequest request) {
        HttpRequest.BodyPublisher body = request.body().length == 0
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(request.body());
        HttpRequest.Builder builder = HttpRequest.newBuilder(server.resolve(request.uri()))
                .timeout(PATIENCE)
                .method(request.method(), body);
        request.headers().forEach(header -> builder.header(header.getKey(), header.getValue()));
        try {
            HttpResponse<byte[]> answer = client.send(builder.build(), HttpResponse.BodyHandlers.ofByteArray());
            DefaultHttpHeaders headers = new DefaultHttpHeaders();
            answer.headers().firstValue("content-type").ifPresent(type -> headers.set("content-type", type));
            return new UpstreamResponse(answer.statusCode(), headers, answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(request.method() + " " + request.uri(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
