package org.chromaproxy.acceptance.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collection;
import org.awaitility.Awaitility;

/** What an operator looks at and does while an instance is in trouble. */
public final class Operator {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final ChromaApi proxy;

    public Operator(ChromaApi proxy) {
        this.proxy = proxy;
    }

    /** What {@code /status} says of one instance, probed for it. */
    public JsonNode instance(String name) {
        for (JsonNode instance :
                proxy.get("/status?realtime=true").expect(200).json().path("instances")) {
            if (instance.path("name").asText().equals(name)) {
                return instance;
            }
        }
        throw new AssertionError("no instance " + name);
    }

    /** Waits until both say how the instances are: the status page's count and each one's health. */
    public void awaitHealthy(boolean primary, boolean replica) {
        Awaitility.await("primary " + primary + ", replica " + replica)
                .atMost(PATIENCE)
                .pollInterval(LOOK)
                .until(() -> {
                    JsonNode status =
                            proxy.get("/status?realtime=true").expect(200).json();
                    int healthy = (primary ? 1 : 0) + (replica ? 1 : 0);
                    return status.path("healthy_instances").asInt() == healthy
                            && status.at("/instances/0/healthy").asBoolean() == primary
                            && status.at("/instances/1/healthy").asBoolean() == replica;
                });
    }

    /** What {@code /collection/mappings} says of a collection of the default database. */
    public JsonNode mapping(String name) {
        for (JsonNode row : proxy.get("/collection/mappings").expect(200).json().path("mappings")) {
            if (row.path("collection_name").asText().equals(name)) {
                return row;
            }
        }
        throw new AssertionError("no mapping of " + name);
    }

    /** Waits until that instance leads these collections. */
    public void awaitLeads(String instance, Collection<String> names) {
        Awaitility.await(instance + " leads " + names)
                .atMost(PATIENCE.multipliedBy(2))
                .pollInterval(LOOK)
                .until(() -> names.stream()
                        .allMatch(name -> mapping(name).path("leader").asText().equals(instance)));
    }

    public void awaitState(String name, String state) {
        Awaitility.await(name + " is " + state)
                .atMost(PATIENCE)
                .pollInterval(LOOK)
                .until(() -> instance(name).path("state").asText(), state::equals);
    }

    /** Asks for an instance to be filled anew. */
    public Answer resync(String name, boolean force) {
        return proxy.post("/admin/instances/" + name + "/resync", Json.object("force", force));
    }

    /** Asks for one collection to be copied anew. */
    public Answer repair(String collection, String instance, boolean force) {
        return proxy.post(
                "/admin/collections/" + collection + "/repair", Json.object("instance", instance, "force", force));
    }

    /** Asks for it and waits until it has ended well. */
    public void resynced(String name) {
        Answer answer = resync(name, false);
        if (answer.status() != 200 && answer.status() != 202) {
            throw new AssertionError("not begun: " + answer + " " + answer.text());
        }
        awaitRepaired(name);
    }

    public void awaitRepaired(String name) {
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
