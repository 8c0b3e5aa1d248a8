package org.chromaproxy.local;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChromaServerIT {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections";

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @AfterEach
    void closeClient() {
        client.shutdownNow();
    }

    @Test
    void itsDataSurvivesAKillAndARestartOnTheSamePort() throws Exception {
        try (ChromaServer server = ChromaServer.start(folder.resolve("data"), 0).awaitReady(READY)) {
            assertEquals(200, create(server, "kept"));
            long first = server.pid();
            server.kill();
            assertThrows(IOException.class, () -> get(server, "/api/v2/heartbeat"));
            server.restart();
            server.awaitReady(READY);
            assertNotEquals(first, server.pid());
            assertEquals(200, get(server, COLLECTIONS + "/kept"));
            assertEquals(404, get(server, COLLECTIONS + "/never-made"));
        }
    }

    @Test
    void aStoppedServerIsSilentUntilItContinues() throws Exception {
        try (ChromaServer server = ChromaServer.start(folder.resolve("data"), 0).awaitReady(READY)) {
            server.stopSignal();
            assertThrows(HttpTimeoutException.class, () -> get(server, "/api/v2/heartbeat"));
            server.continueSignal();
            await().atMost(READY).ignoreExceptions().until(() -> get(server, "/api/v2/heartbeat") == 200);
        }
    }

    @Test
    void aServerThatCannotStartSaysWhy() throws Exception {
        try (ChromaServer server = ChromaServer.start(folder.resolve("data"), 0).awaitReady(READY);
                ChromaServer other = ChromaServer.start(folder.resolve("other"), server.port())) {
            await().atMost(READY).until(() -> !other.isAlive());
            assertEquals(200, get(server, "/api/v2/heartbeat"));
        }
    }

    /** As guides do: by the words of its command line, wherever blanks part them. */
    @Test
    void aServerIsStartedAgainByTheWordsOfItsCommandLine() {
        List<String> command = ChromaInstallation.ofServer(0).command(folder.resolve("data"), 1);

        assertEquals(command, List.of(String.join(" ", command).split(" ", -1)));
    }

    @Test
    void aServerDiesWithTheProcessThatStartedIt() throws Exception {
        ChromaInstallation.ofServer(0);
        try (ServerParent parent = ServerParent.of("chroma", folder.resolve("data"))) {
            long server = Long.parseLong(parent.line());
            parent.kill();
            await().atMost(READY)
                    .until(() -> ProcessHandle.of(server)
                            .filter(ProcessHandle::isAlive)
                            .isEmpty());
        }
    }

    private int create(ChromaServer server, String name) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(server.url() + COLLECTIONS))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + name + "\"}")));
    }

    private int get(ChromaServer server, String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(server.url() + path)));
    }

    private int send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(Duration.ofSeconds(3)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
