package org.chromaproxy.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Transcripts;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.NodeRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real JavaScript client cannot tell the proxy from a bare server. */
@Timeout(180)
class JavaScriptClientIT {
    private static final String SCRIPT = "/acceptance/client-transcript.cjs";

    @TempDir
    private Path directory;

    @Test
    void everythingTheClientOffersGivesTheSameResultsThroughTheProxy() throws Exception {
        JsonNode wanted;
        try (var bare = ChromaInstance.start(Files.createDirectory(directory.resolve("bare")))) {
            wanted = transcript(bare.url());
        }
        assertTrue(wanted.size() > 60, "the script ran to its end on the bare server");

        try (Deployment deployment = Deployment.prepare(directory)) {
            var proxy = deployment.startProxy();
            JsonNode got = transcript(proxy.url());

            assertEquals(List.of(), Transcripts.differences(wanted, got, JavaScriptClientIT::clearerRefusal));
            deployment.assertEqualWhenDrained(proxy.api(), "acme");
        }
    }

    /** Where a bare server fails with 500 the proxy may say what is wrong instead, as in a rename onto a name in use. */
    private static boolean clearerRefusal(JsonNode wanted, JsonNode got) {
        return wanted.path("message").asText().contains("(status: 500)")
                && wanted.path("what").equals(got.path("what"))
                && got.has("error");
    }

    private JsonNode transcript(String url) throws Exception {
        Path script = directory.resolve("client-transcript.cjs");
        try (InputStream source = JavaScriptClientIT.class.getResourceAsStream(SCRIPT)) {
            Files.write(script, Objects.requireNonNull(source, SCRIPT).readAllBytes());
        }
        URI server = URI.create(url);
        Path output = Files.createTempFile(directory, "transcript", ".json");
        Path errors = Files.createTempFile(directory, "transcript", ".err");
        Process node = new ProcessBuilder(NodeRuntime.ensure()
                        .command(
                                script.toString(),
                                ChromaInstallation.javaScriptClient().toString(),
                                server.getHost(),
                                Integer.toString(server.getPort())))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        boolean ended = node.waitFor(60, TimeUnit.SECONDS);
        if (!ended) {
            node.destroyForcibly();
        }
        assertTrue(ended && node.exitValue() == 0, () -> "the script failed: " + read(errors));
        return Json.parse(Files.readAllBytes(output));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
