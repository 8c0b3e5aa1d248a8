package org.chromaproxy.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls one of the servers as any client would. Blocks. */
final class Call implements AutoCloseable {
    static final String COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /** A GET when there is no body, else a POST. */
    record Request(String url, String body) {
        static Request get(String url) {
            return new Request(url, "");
        }

        String curl() {
            return body.isEmpty()
                    ? "curl -s " + url
                    : "curl -s " + url + " \\\n  -H 'content-type: application/json' \\\n  -d '" + body + "'";
        }
    }

    /** What came back; the transaction id is empty for reads. */
    record Answer(int status, String body, String transactionId) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (JsonProcessingException e) {
                throw new DemoException("an answer that is no JSON: " + body);
            }
        }

        Answer expectSuccess(Request request) {
            if (status < 200 || status > 299) {
                throw new DemoException("unexpected answer " + status + " " + body + " to\n" + request.curl());
            }
            return this;
        }
    }

    /** @throws DemoException when there is no answer */
    Answer send(Request request) {
        try {
            return attempt(request);
        } catch (IOException e) {
            throw new DemoException("no answer from " + request.url() + ": " + e);
        }
    }

    /** @throws DemoException when there is no answer, or not a 2xx */
    Answer get(String url) {
        Request request = Request.get(url);
        return send(request).expectSuccess(request);
    }

    /** Whether a GET is answered by 200 now. */
    boolean ready(String url) {
        try {
            return attempt(Request.get(url)).status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private Answer attempt(Request request) throws IOException {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(request.url())).timeout(PATIENCE);
        if (!request.body().isEmpty()) {
            builder.header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(request.body()));
        }
        try {
            HttpResponse<String> response = client.send(builder.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("transaction-id").orElse(""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoException("interrupted");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
