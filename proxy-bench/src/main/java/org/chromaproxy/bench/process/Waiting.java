package org.chromaproxy.bench.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what is under test. */
public final class Waiting {
    private static final Duration POLL = Duration.ofMillis(20);
    static final Duration OFTEN = Duration.ofMillis(5);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_WITHIN)
            .build();

    private Waiting() {}

    /**
     * Polls every 20 ms until the condition holds.
     *
     * @throws BenchException with these words when the time has passed before
     */
    public static void until(Duration time, BooleanSupplier condition, Supplier<String> otherwise) {
        if (!holds(time, condition)) {
            throw new BenchException(otherwise.get());
        }
    }

    /** Polls every 20 ms; whether the condition held before the time had passed. */
    public static boolean holds(Duration time, BooleanSupplier condition) {
        return holds(time, POLL, condition);
    }

    /** The same, polling as often as said. */
    static boolean holds(Duration time, Duration poll, BooleanSupplier condition) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause(poll);
        }
        return true;
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while waiting", e);
        }
    }

    /** The status of the answer to a GET; 0 if there is none. */
    static int status(URI url) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(url).timeout(ANSWER_WITHIN).build();
            return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException none) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while asking " + url, e);
        }
    }
}
