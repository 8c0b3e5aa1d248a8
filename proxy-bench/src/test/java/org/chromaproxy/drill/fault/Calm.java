package org.chromaproxy.drill.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.chromaproxy.drill.stack.Stack;

/** Waiting until a proxy has recovered. */
final class Calm {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private Calm() {}

    /** Until the serving proxy says that both instances are well. */
    static void await(Stack stack) {
        Awaitility.await("both instances well")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(() -> get(stack, "/health").contains("\"healthy\""));
    }

    private static String get(Stack stack, String path) {
        try {
            var request = HttpRequest.newBuilder(stack.proxyUrl().resolve(path))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
