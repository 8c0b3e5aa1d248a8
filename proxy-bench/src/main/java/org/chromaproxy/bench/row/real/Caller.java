package org.chromaproxy.bench.row.real;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.chromaproxy.bench.process.BenchException;

/** Clients that come from one address of this machine, which to a proxy without tokens are one principal. Thread-safe. */
final class Caller implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final URI server;
    private final HttpClient client;

    /** @param address of this machine, as digits */
    Caller(URI server, String address) {
        this.server = server;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .localAddress(InetAddress.ofLiteral(address))
                .build();
    }

    /** The status of the answer; 0 where there is none. */
    int send(Noise.Step step) {
        HttpRequest request = HttpRequest.newBuilder(server.resolve(step.path()))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(step.method(), HttpRequest.BodyPublishers.ofString(step.body()))
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException none) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while asking " + server, e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
