package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.main.ProxyServer;
import org.chromaproxy.reload.Reloader;
import org.chromaproxy.tls.TlsSides;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What changes in the file while the proxy runs, and what does not. */
@Timeout(90)
class ReloadTest {
    private static final String DATABASE = Collection.DATABASE;

    @TempDir
    private Path folder;

    private final ScriptedChroma primary = new ScriptedChroma();
    private final ScriptedChroma replica = new ScriptedChroma();
    private Path file;
    private Reloader reloader;
    private ProxyServer proxy;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        file = folder.resolve("proxy.yaml");
        settings();
        ConfigInput input = new ConfigInput(Map.of(), Map.of("MAX_WORKERS", "7"), Optional.of(file));
        reloader = new Reloader(input, input.read());
        proxy = ProxyServer.start(reloader, Wal.open(WalConfig.of(LogSql.fresh().target())), TlsSides.NONE);
        await().atMost(Stage.SOON).until(proxy::serving);
        client = new Client(proxy.address().getPort());
    }

    @AfterEach
    void stop() {
        client.close();
        proxy.close();
        primary.close();
        replica.close();
    }

    private void settings(String... more) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "host: 127.0.0.1",
                "port: 0",
                "check_interval: 0.1",
                "primary_url: " + primary.uri(),
                "replica_url: " + replica.uri()));
        lines.addAll(List.of(more));
        Files.write(file, lines);
    }

    private JsonNode reload(int status) {
        Client.Answer answer = client.post("/admin/reload", "").join();
        assertEquals(status, answer.status(), answer.toString());
        return answer.json();
    }

    private int drop(String name) {
        return client.delete(DATABASE + "/collections/" + name).join().status();
    }

    private void create(String name) {
        assertEquals(
                200,
                client.post(DATABASE + "/collections", "{\"name\":\"" + name + "\"}")
                        .join()
                        .status());
    }

    @Test
    void whatCanChangeLiveChangesAndTheRestIsTold() throws Exception {
        create("kept");
        assertEquals(200, drop("kept"));
        create("kept");
        settings(
                "protected_collections: [global, kept]",
                "max_concurrent_requests: 77",
                "request_timeout: 33",
                "max_workers: 9",
                "max_memory_mb: 500",
                "event_loops: 3");
        JsonNode answer = reload(200);
        assertEquals(
                List.of("max_concurrent_requests", "request_timeout", "protected_collections"),
                answer.path("changed").findValuesAsText("setting"),
                answer.toString());
        assertEquals(
                List.of("event_loops", "max_memory_mb"),
                answer.path("needs_restart").findValuesAsText("setting"));
        assertEquals("60", answer.at("/changed/1/before").asText());
        assertEquals("33", answer.at("/changed/1/now").asText());
        assertEquals(403, drop("kept"));
        JsonNode status = client.get("/status").join().json();
        assertTrue(status.toString().contains("\"max_concurrent_requests\":77"), status::toString);
        assertEquals(7, reloader.config().limits().maxWorkers(), "the environment is over the file");
        assertEquals(400, reloader.config().limits().maxMemoryMb(), "that needs a restart");
        JsonNode again = reload(200);
        assertEquals(0, again.path("changed").size(), again.toString());
        assertEquals(2, again.path("needs_restart").size(), "it is still not in effect");
    }

    @Test
    void anInvalidFileIsRefusedAsAWhole() throws Exception {
        create("kept");
        settings("protected_collections: [kept]", "max_worker: 2", "read_wait: long");
        String message = reload(400).path("message").asText();
        assertTrue(message.contains("the old one stays in effect"), message);
        assertTrue(message.contains("did you mean max_workers?"), message);
        assertTrue(message.contains("read_wait: long ("), message);
        assertEquals(200, drop("kept"));
    }
}
