package org.chromaproxy.drill.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.drill.evidence.Http;
import org.chromaproxy.drill.history.Recorder;
import org.chromaproxy.drill.history.Sample;

/** Asks the proxy for its status, again and again, as an operator's dashboard would. A thread of its own. */
public final class Monitor implements AutoCloseable {
    private static final long EVERY_MS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final List<Http> proxies;
    private final Recorder recorder;
    private final Thread thread;

    public Monitor(List<URI> proxies, Recorder recorder) {
        this.proxies = proxies.stream().map(proxy -> new Http(proxy, PATIENCE)).toList();
        this.recorder = recorder;
        this.thread = Thread.ofVirtual().name("monitor").unstarted(this::watch);
    }

    public Monitor start() {
        thread.start();
        return this;
    }

    private void watch() {
        try {
            while (true) {
                recorder.sample(sample());
                TimeUnit.MILLISECONDS.sleep(EVERY_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The word of the first proxy that serves; if none does, that is the sample. */
    private Sample sample() {
        int silent = 0;
        Map<String, String> states = new HashMap<>();
        long pending = -1;
        for (Http proxy : proxies) {
            try {
                JsonNode status = proxy.get("/status").body();
                if (states.isEmpty() && status.has("instances")) {
                    status.path("instances")
                            .forEach(
                                    instance -> states.put(instance.path("name").asText(), state(instance)));
                    pending = status.path("unified_wal").path("pending_writes").asLong(-1);
                }
            } catch (IOException none) {
                silent++;
            }
        }
        return new Sample(recorder.now(), states, pending, silent);
    }

    private static String state(JsonNode instance) {
        return instance.path("healthy").asBoolean()
                ? "up"
                : instance.path("state").asText("down");
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
