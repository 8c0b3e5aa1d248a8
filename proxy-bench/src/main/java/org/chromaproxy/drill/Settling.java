package org.chromaproxy.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.chromaproxy.drill.evidence.Http;

/** Waits until a deployment has come to rest after its faults: every instance as it should be, nothing pending. */
final class Settling {
    private static final Duration WITHIN = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final long POLL_MS = 100;

    private final Supplier<URI> proxy;
    private final Set<String> losers;

    /**
     * @param proxy the one that serves
     * @param losers names of instances that came back with less: they must be found out
     */
    Settling(Supplier<URI> proxy, Set<String> losers) {
        this.proxy = proxy;
        this.losers = Set.copyOf(losers);
    }

    /** Why it did not come to rest in time; empty if it did. */
    String await() throws InterruptedException {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        String missing = missing();
        while (!missing.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
            missing = missing();
        }
        return missing;
    }

    private String missing() {
        try {
            JsonNode status = Http.ok(new Http(proxy.get(), PATIENCE).get("/status"));
            Set<String> missing = new TreeSet<>();
            for (JsonNode instance : status.path("instances")) {
                String name = instance.path("name").asText();
                String state = instance.path("state").asText();
                if (!state.equals(losers.contains(name) ? "needs_resync" : "up")) {
                    missing.add(name + " is " + state + " ("
                            + instance.path("reason").asText() + ")");
                }
            }
            long pending = status.path("unified_wal").path("pending_writes").asLong(-1);
            if (pending != 0 && losers.isEmpty()) {
                missing.add(pending + " writes are pending");
            }
            return String.join(", ", missing);
        } catch (IOException e) {
            return "the proxy's status cannot be had: " + e.getMessage();
        }
    }
}
