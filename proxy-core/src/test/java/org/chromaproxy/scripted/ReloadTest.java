package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What changes in the file while the proxy runs, and what does not. */
@Timeout(90)
class ReloadTest {
    @TempDir
    private Path folder;

    private ReloadBed bed;

    @BeforeEach
    void start() throws Exception {
        bed = new ReloadBed(folder);
    }

    @AfterEach
    void stop() {
        bed.close();
    }

    @Test
    void whatCanChangeLiveChangesAndTheRestIsTold() throws Exception {
        bed.create("kept");
        assertEquals(200, bed.drop("kept"));
        bed.create("kept");
        bed.settings(
                "protected_collections: [global, kept]",
                "max_concurrent_requests: 77",
                "request_timeout: 33",
                "max_workers: 9",
                "max_memory_mb: 500",
                "more_instances: third=http://127.0.0.1:1",
                "event_loops: 3");
        JsonNode answer = bed.reload(200);
        assertTrue(answer.path("success").asBoolean());
        assertEquals(
                List.of("max_concurrent_requests", "request_timeout", "protected_collections"),
                answer.path("changed").findValuesAsText("setting"),
                answer.toString());
        assertEquals(
                List.of("more_instances", "event_loops", "max_memory_mb"),
                answer.path("needs_restart").findValuesAsText("setting"));
        assertEquals(0, answer.path("not_taken").size(), answer.toString());
        assertEquals("60", answer.at("/changed/1/before").asText());
        assertEquals("33", answer.at("/changed/1/now").asText());
        assertEquals(403, bed.drop("kept"));
        JsonNode status = bed.client().get("/status").join().json();
        assertTrue(status.toString().contains("\"max_concurrent_requests\":77"), status::toString);
        assertEquals(7, bed.reloader().config().limits().maxWorkers(), "the environment is over the file");
        assertEquals(400, bed.reloader().config().limits().maxMemoryMb(), "that needs a restart");
        JsonNode again = bed.reload(200);
        assertEquals(0, again.path("changed").size(), again.toString());
        assertEquals(3, again.path("needs_restart").size(), "it is still not in effect");
    }

    @Test
    void anInvalidFileIsRefusedAsAWhole() throws Exception {
        bed.create("kept");
        bed.settings("protected_collections: [kept]", "max_worker: 2", "read_wait: long");
        JsonNode answer = bed.reload(400);
        String message = answer.path("message").asText();
        assertTrue(message.contains("the old one stays in effect"), message);
        assertTrue(message.contains("did you mean max_workers?"), message);
        assertTrue(message.contains("read_wait: long ("), message);
        assertEquals(2, answer.path("not_taken").size(), answer.toString());
        assertEquals(200, bed.drop("kept"));
    }
}
