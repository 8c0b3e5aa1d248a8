package org.chromaproxy.acceptance.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log without a DATABASE_URL: its server ends, as it does where its disk is full, and nobody restarts the proxy. */
@Timeout(900)
class EmbeddedLogIT {
    @Test
    void aServerThatEndsIsStartedAgainAndWritesGoOn(@TempDir Path directory) throws IOException {
        try (Deployment deployment = Deployment.prepare(directory)) {
            Path data = Files.createDirectories(directory.resolve("embedded"));
            ProxyProcess proxy = deployment.startProxy("DATABASE_URL", "", "DATA_DIR", data.toString());
            String path = ChromaApi.collection(proxy.api().create("kept"));
            assertEquals(200, upsert(proxy, path, "before"));

            String postmaster = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"))
                    .getFirst();
            assertTrue(
                    ProcessHandle.of(Long.parseLong(postmaster)).orElseThrow().destroyForcibly());

            Awaitility.await("writes go on")
                    .atMost(Duration.ofMinutes(2))
                    .ignoreExceptions()
                    .until(() -> upsert(proxy, path, "after") == 200);
            assertTrue(proxy.alive(), proxy.output());
            deployment.assertEqualWhenDrained(proxy.api());
            assertEquals(2, proxy.api().count(path));
        }
    }

    private static int upsert(ProxyProcess proxy, String path, String id) {
        return proxy.api()
                .post(path + "/upsert", Json.object("ids", Json.array(id), "embeddings", Json.array(Json.array(1, 2))))
                .status();
    }
}
