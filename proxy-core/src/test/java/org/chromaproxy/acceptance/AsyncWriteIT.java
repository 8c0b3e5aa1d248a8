package org.chromaproxy.acceptance;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes that are not waited for, through a crash of the proxy, on real servers. */
@Timeout(900)
class AsyncWriteIT {
    private static final int WRITES = 1_000;
    private static final int AT_ONCE = 50;

    @Test
    void whatWasAcceptedBeforeACrashIsAppliedAndARefusalIsFound(@TempDir Path directory) throws Exception {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess process = deployment.startProxy();
            ChromaApi proxy = process.api();
            String path = collection(proxy.create("async"));
            String last = "";
            for (int from = 0; from < WRITES; from += AT_ONCE) {
                int base = from;
                List<Answer> answers = Users.atOnce(AT_ONCE, user -> add(proxy, path, "r" + (base + user), 1));
                last = answers.getLast().expect(202).header("Location");
            }
            Answer refused = add(proxy, path, "refused", 2).expect(202);
            assertEquals("respond-async", refused.header("Preference-Applied"));

            process.kill9();
            process.restart();

            ChromaApi again = process.api();
            assertEquals("COMPLETED", state(again, last));
            assertEquals("FAILED", state(again, refused.header("Location")));
            assertEquals(WRITES, again.count(path));
            deployment.assertEqualWhenDrained(again);
        }
    }

    private static Answer add(ChromaApi proxy, String path, String id, int dimensions) {
        var embedding = dimensions == 1 ? Json.array(1) : Json.array(1, 2);
        var body = Json.object("ids", Json.array(id), "embeddings", Json.array(embedding));
        return proxy.send("POST", path + "/add", body.toString(), "Prefer", "respond-async");
    }

    private static String state(ChromaApi proxy, String location) {
        JsonNode page = proxy.get(location + "?wait=25s").expect(200).json();
        return page.path("status").asText();
    }
}
