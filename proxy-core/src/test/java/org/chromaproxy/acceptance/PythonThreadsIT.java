package org.chromaproxy.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.PythonScripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Threads of the real Python client, each adding one record at a time: the servers are sent them together. */
@Timeout(900)
class PythonThreadsIT {
    private static final int THREADS = 32;
    private static final int ADDS = 400;
    private static final int SERVERS = 2;
    private static final Pattern REQUESTS = Pattern.compile("(?m)^chroma_proxy_lane_requests_total ([0-9.]+)$");

    @Test
    void fourHundredAddsReachTheServersInAThirdAsManyRequestsAndReadBackAsSent(@TempDir Path directory)
            throws Exception {
        PythonScripts python = PythonScripts.ofClient();
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment.startProxy().api();
            String collection = ChromaApi.collection(proxy.create("threads"));
            // Nothing is merged before the dimension is known.
            proxy.post(collection + "/add", "{\"ids\":[\"first\"],\"embeddings\":[[1,2]]}")
                    .expect(201);
            Deployment.awaitDrained(proxy);
            double before = requests(proxy);
            URI address = URI.create(proxy.url());

            python.run(
                    "threaded_adds.py",
                    directory,
                    address.getHost(),
                    Integer.toString(address.getPort()),
                    "threads",
                    Integer.toString(THREADS),
                    Integer.toString(ADDS));

            deployment.assertEqualWhenDrained(proxy);
            double sent = requests(proxy) - before;
            assertTrue(sent <= SERVERS * ADDS / 3.0, sent + " requests for " + ADDS + " adds on both servers");
            assertEveryRecordHasItsOwnValues(proxy, collection);
        }
    }

    private static double requests(ChromaApi proxy) {
        Matcher found = REQUESTS.matcher(proxy.get("/metrics").expect(200).text());
        assertTrue(found.find(), "no count of requests among the metrics");
        return Double.parseDouble(found.group(1));
    }

    private static void assertEveryRecordHasItsOwnValues(ChromaApi proxy, String collection) {
        JsonNode read = proxy.records(collection, Json.object("limit", 1_000));
        assertEquals(ADDS + 1, read.path("ids").size());
        for (int i = 0; i < read.path("ids").size(); i++) {
            String id = read.path("ids").path(i).asText();
            if (!id.equals("first")) {
                int number = Integer.parseInt(id.substring(1));
                assertEquals(
                        number / 2.0, read.path("embeddings").path(i).path(0).asDouble(), id);
                assertEquals(
                        number % 2 == 0 ? "null" : "{\"number\":" + number + "}",
                        read.path("metadatas").path(i).toString(),
                        id);
                assertEquals(
                        number % 3 == 0 ? "null" : "text of " + number,
                        read.path("documents").path(i).asText(),
                        id);
            }
        }
    }
}
