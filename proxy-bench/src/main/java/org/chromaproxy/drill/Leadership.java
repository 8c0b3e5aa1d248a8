package org.chromaproxy.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.chromaproxy.drill.evidence.Http;

/** Waits for what happens by itself some 30 s after a return: the primary leads again. */
final class Leadership {
    private static final Duration WITHIN = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long POLL_MS = 500;

    private Leadership() {}

    /** What the primary does not lead within 3 minutes; empty as soon as it leads every collection. */
    static String awaitPrimary(Supplier<URI> proxy) throws InterruptedException {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        String led = ledByOthers(proxy);
        while (!led.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
            led = ledByOthers(proxy);
        }
        return led;
    }

    private static String ledByOthers(Supplier<URI> proxy) {
        try {
            JsonNode mappings = Http.ok(new Http(proxy.get(), PATIENCE).get("/collection/mappings"));
            for (JsonNode mapping : mappings.path("mappings")) {
                if (!mapping.path("leader").asText().equals("primary")) {
                    return mapping.path("collection_name") + " is led by " + mapping.path("leader");
                }
            }
            return mappings.path("mappings").isArray() ? "" : "no mappings in " + mappings;
        } catch (IOException e) {
            return "no answer: " + e.getMessage();
        }
    }
}
