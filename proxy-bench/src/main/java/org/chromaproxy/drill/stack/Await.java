package org.chromaproxy.drill.stack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Waiting for servers. */
final class Await {
    private static final Duration POLL = Duration.ofMillis(30);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_WITHIN)
            .build();

    private Await() {}

    /** Polls until the condition holds; false when the time has passed before. */
    static boolean until(Duration time, BooleanSupplier condition) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StackException("interrupted while waiting", e);
            }
        }
        return true;
    }

    /** Whether a GET is answered with 200 within 2 s. */
    static boolean answers(URI url) {
        return get(url).filter(answer -> answer.statusCode() == 200).isPresent();
    }

    /** The answer to a GET; empty when there is none within 2 s. */
    static Optional<HttpResponse<String>> get(URI url) {
        try {
            var request = HttpRequest.newBuilder(url).timeout(ANSWER_WITHIN).build();
            return Optional.of(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException none) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while asking " + url, e);
        }
    }
}
