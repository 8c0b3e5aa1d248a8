package org.chromaproxy.acceptance.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Json;

/** What an operator looks at and does while an instance is in trouble. */
final class Operator {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final ChromaApi proxy;

    Operator(ChromaApi proxy) {
        this.proxy = proxy;
    }

    JsonNode instance(String name) {
        for (JsonNode instance : proxy.get("/status").expect(200).json().path("instances")) {
            if (instance.path("name").asText().equals(name)) {
                return instance;
            }
        }
        throw new AssertionError("no instance " + name);
    }

    void awaitState(String name, String state) {
        Awaitility.await(name + " is " + state)
                .atMost(PATIENCE)
                .pollInterval(LOOK)
                .until(() -> instance(name).path("state").asText(), state::equals);
    }

    Answer resync(String name, boolean force) {
        return proxy.post("/admin/instances/" + name + "/resync", Json.object("force", force));
    }

    Answer repair(String collection, String instance, boolean force) {
        return proxy.post(
                "/admin/collections/" + collection + "/repair", Json.object("instance", instance, "force", force));
    }

    /** Asks for it and waits until it has ended well. */
    void resynced(String name) {
        Answer answer = resync(name, false);
        if (answer.status() != 200 && answer.status() != 202) {
            throw new AssertionError("not begun: " + answer + " " + answer.text());
        }
        awaitRepaired(name);
    }

    void awaitRepaired(String name) {
        JsonNode job = Awaitility.await("the repair of " + name + " has ended")
                .atMost(PATIENCE)
                .pollInterval(LOOK)
                .until(
                        () -> proxy.get("/status")
                                .expect(200)
                                .json()
                                .path("repairs")
                                .path(0),
                        first -> first.path("ended").isTextual());
        assertEquals(name, job.path("instance").asText());
        assertEquals("", job.path("failure").asText(), job.toString());
    }
}
