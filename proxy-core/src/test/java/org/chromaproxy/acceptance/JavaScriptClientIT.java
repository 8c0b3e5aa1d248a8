package org.chromaproxy.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.NodeScripts;
import org.chromaproxy.acceptance.harness.Transcripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real JavaScript client cannot tell the proxy from a bare server. */
@Timeout(900)
class JavaScriptClientIT {
    private static final NodeScripts NODE = NodeScripts.of("javascript-client-3.5.0");

    @TempDir
    private Path directory;

    @Test
    void everythingTheClientOffersGivesTheSameResultsThroughTheProxy() throws Exception {
        JsonNode wanted;
        try (var bare = ChromaInstance.start(Files.createDirectory(directory.resolve("bare")))) {
            wanted = transcript(bare.url());
        }
        assertTrue(wanted.size() > 270, "the script ran to its end on the bare server");

        try (Deployment deployment = Deployment.prepare(directory)) {
            var proxy = deployment.startProxy();
            JsonNode got = transcript(proxy.url());

            assertEquals(List.of(), Transcripts.differences(wanted, got, JavaScriptClientIT::better));
            deployment.assertEqualWhenDrained(proxy.api(), "acme", "nobody");
        }
    }

    /**
     * The proxy takes a name wherever an id may stand. And it answers where a bare server fails: it closes the connection when
     * asked for a resource name, and shows its database's words when a rename finds the name in use. The older releases cannot
     * find a collection by its id, and look for one that is to be forked after saying that they cannot.
     */
    private static boolean better(JsonNode wanted, JsonNode got) {
        String what = wanted.path("what").asText();
        boolean named =
                List.of("get by id", "get by no id", "handle without an id").contains(what) && got.has("result");
        boolean refused = List.of(
                                "get by resource name",
                                "get by unknown resource name",
                                "rename onto another",
                                "fork after drop")
                        .contains(what)
                && got.has("error");
        return got.path("what").asText().equals(what) && wanted.has("error") && (named || refused);
    }

    private JsonNode transcript(String url) throws Exception {
        URI server = URI.create(url);
        return Json.parse(NODE.run("client-transcript.cjs", directory, server.getHost(), server.getPort()));
    }
}
