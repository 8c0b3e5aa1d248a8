package org.chromaproxy.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.chromaproxy.acceptance.harness.PythonScripts;
import org.chromaproxy.acceptance.harness.Transcripts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real Python client cannot tell the proxy from a bare server: each script is run against both, and what it saw is
 * compared step by step, results, exceptions and their texts. After each, the servers behind the proxy are equal.
 */
@Timeout(300)
class PythonClientIT {
    private static final PythonScripts PYTHON = PythonScripts.ofClient();

    @TempDir
    private static Path directory;

    private static ChromaInstance bare;
    private static Deployment deployment;
    private static ProxyProcess proxy;

    @BeforeAll
    static void start() throws Exception {
        bare = ChromaInstance.start(Files.createDirectory(directory.resolve("bare")));
        deployment = Deployment.prepare(directory);
        proxy = deployment.startProxy();
    }

    @AfterAll
    static void stop() {
        deployment.close();
        bare.close();
    }

    @AfterEach
    void bothServersAreEqual() {
        deployment.assertEqualWhenDrained(proxy.api(), "acme");
    }

    /** Lists and base64 strings; the asynchronous client; NumPy arrays and no base64. */
    @ParameterizedTest
    @ValueSource(strings = {"sync", "async", "plain"})
    void everythingTheClientOffersGivesTheSameThroughTheProxy(String part) throws Exception {
        compare(100, "client_transcript.py", part);
    }

    /** Bodies of wrong types, without a name, with members twice; numbers that are none; what is not there. */
    @Test
    void whatChromaRefusesIsRefusedWithItsStatusAndWords() throws Exception {
        compare(400, "body_transcript.py");
    }

    private static void compare(int steps, String script, String... arguments) throws Exception {
        JsonNode wanted = transcript(bare.url(), script, arguments);
        assertTrue(wanted.size() > steps, "the script ran to its end on the bare server");
        assertEquals(
                List.of(),
                Transcripts.differences(
                        wanted, transcript(proxy.url(), script, arguments), PythonClientIT::clearerRefusal));
    }

    private static JsonNode transcript(String url, String script, String... arguments) throws Exception {
        URI server = URI.create(url);
        List<String> all = new ArrayList<>(List.of(server.getHost(), Integer.toString(server.getPort())));
        all.addAll(List.of(arguments));
        return Json.parse(PYTHON.run(script, directory, all.toArray(new String[0])));
    }

    /**
     * Where the proxy says more than a server: why there is no reset, and which name a rename found in use. And an array in
     * a collection's metadata, which ends the connection to Chroma where it is looked at, is refused where it is not.
     */
    private static boolean clearerRefusal(JsonNode wanted, JsonNode got) {
        String what = wanted.path("what").asText();
        boolean refused = got.has("error") || got.path("status").asInt() == 422;
        return got.path("what").asText().equals(what)
                && refused
                && (List.of("reset", "rename onto another").contains(what) || what.contains("{\"a\":[1,2]}"));
    }
}
