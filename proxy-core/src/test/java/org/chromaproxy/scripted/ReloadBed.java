package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.chromaproxy.support.LocalAdmin;
import org.chromaproxy.tls.TlsSides;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;

/** A proxy whose settings stand in a file, in front of two scripted instances. */
final class ReloadBed implements AutoCloseable {
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";

    private final ScriptedChroma primary = new ScriptedChroma();
    private final ScriptedChroma replica = new ScriptedChroma();
    private final Path file;
    private final Reloader reloader;
    private final ProxyServer proxy;
    private final Client client;

    /** @param more lines of the file */
    ReloadBed(Path folder, String... more) throws Exception {
        file = folder.resolve("proxy.yaml");
        settings(more);
        ConfigInput input = new ConfigInput(Map.of(), Map.of("MAX_WORKERS", "7"), Optional.of(file));
        ConfigInput.Loaded loaded = input.read();
        reloader = new Reloader(input, loaded);
        TlsSides tls = TlsSides.of(loaded.config());
        proxy = ProxyServer.start(reloader, Wal.open(WalConfig.of(LogSql.fresh().target())), tls);
        await().atMost(Stage.SOON).until(proxy::serving);
        client = new Client(proxy.address().getPort(), LocalAdmin.in(folder));
    }

    /** From now on the file holds these lines, and those that every test needs. */
    void settings(String... more) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "host: 127.0.0.1",
                "port: 0",
                "check_interval: 0.1",
                "data_dir: " + file.getParent(),
                "primary_url: " + primary.uri(),
                "replica_url: " + replica.uri()));
        lines.addAll(List.of(more));
        Files.write(file, lines);
    }

    /** Reloads by the endpoint, which must answer with that status. */
    JsonNode reload(int status, String... headers) {
        Client.Answer answer = client.post("/admin/reload", "", headers).join();
        assertEquals(status, answer.status(), answer.toString());
        return answer.json();
    }

    /** Makes a collection with one record, and waits until both sides hold it. */
    void create(String name) {
        assertEquals(
                200,
                client.post(COLLECTIONS, "{\"name\":\"" + name + "\"}").join().status());
        add(name, "first");
        await().atMost(Stage.SOON)
                .until(() -> primary.model().ids(name).contains("first")
                        && replica.model().ids(name).contains("first"));
    }

    void add(String name, String record) {
        assertEquals(
                201,
                client.post(COLLECTIONS + "/" + name + "/add", Collection.record(record))
                        .join()
                        .status());
    }

    int drop(String name) {
        return client.delete(COLLECTIONS + "/" + name).join().status();
    }

    /** Reads so often; how many of the reads went to the primary. */
    int readFromPrimary(String name, int reads) {
        int before = primary.calls(call -> call.is("get")).size();
        for (int i = 0; i < reads; i++) {
            assertEquals(
                    200,
                    client.post(COLLECTIONS + "/" + name + "/get", "{}").join().status());
        }
        return primary.calls(call -> call.is("get")).size() - before;
    }

    /** How operators see that instance. */
    String state(String instance) {
        for (JsonNode each : client.get("/admin/instances").join().json().path("instances")) {
            if (each.path("name").asText().equals(instance)) {
                return each.path("state").asText();
            }
        }
        throw new AssertionError("there is no " + instance);
    }

    void awaitState(String instance, String state) {
        await().atMost(Stage.SOON).until(() -> state(instance).equals(state));
    }

    ScriptedChroma primary() {
        return primary;
    }

    ScriptedChroma replica() {
        return replica;
    }

    Reloader reloader() {
        return reloader;
    }

    ProxyServer proxy() {
        return proxy;
    }

    Client client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        proxy.close();
        primary.close();
        replica.close();
    }
}
