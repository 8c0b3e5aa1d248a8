package org.chromaproxy.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.PythonScripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tests that Chroma's Python client brings end through the proxy as they end on a bare server. */
@Timeout(300)
class PythonSuiteIT {
    private static final PythonScripts PYTHON = PythonScripts.ofClient();
    /** What takes seconds: not the properties, nor the tests of many threads. */
    private static final List<String> TESTS = List.of(
            "test_api.py",
            "test_client.py",
            "api/test_collection.py",
            "api/test_count_api.py",
            "api/test_delete_database.py",
            "api/test_get_database.py",
            "api/test_invalid_update.py",
            "api/test_list_databases.py",
            "api/test_numpy_list_inputs.py",
            "api/test_schema_e2e.py",
            "client/test_database_tenant.py",
            "client/test_create_http_client.py",
            "configurations");

    @TempDir
    private Path directory;

    @Test
    void theClientsOwnTestsEndAsOnABareServer() throws Exception {
        try (ChromaInstance bare = ChromaInstance.start(Files.createDirectory(directory.resolve("bare")));
                Deployment deployment = Deployment.prepare(directory);
                ExecutorService both = Executors.newFixedThreadPool(2)) {
            var proxy = deployment.startProxy();
            Future<JsonNode> wanted = both.submit(() -> outcomes("on-bare", bare.url()));
            Future<JsonNode> got = both.submit(() -> outcomes("on-proxy", proxy.url()));

            assertEquals(List.of(), differences(wanted.get(), got.get()));
            assertTrue(passed(wanted.get()) > 250, "the tests ran on the bare server");
            deployment.assertEqualWhenDrained(proxy.api());
        }
    }

    /** By a test's name: how it ended, and by which exception. */
    private JsonNode outcomes(String folder, String url) throws Exception {
        URI server = URI.create(url);
        List<String> arguments = new ArrayList<>(List.of(server.getHost(), Integer.toString(server.getPort())));
        arguments.addAll(TESTS);
        Path own = Files.createDirectory(directory.resolve(folder));
        return Json.parse(PYTHON.run("python_suite.py", own, arguments.toArray(new String[0])));
    }

    private static List<String> differences(JsonNode wanted, JsonNode got) {
        TreeSet<String> names = new TreeSet<>();
        wanted.fieldNames().forEachRemaining(names::add);
        got.fieldNames().forEachRemaining(names::add);
        return names.stream()
                .filter(name -> !wanted.path(name).equals(got.path(name)))
                .map(name -> "\n" + name + ": bare " + wanted.path(name) + ", proxy " + got.path(name))
                .toList();
    }

    private static long passed(JsonNode outcomes) {
        return outcomes.valueStream()
                .filter(outcome -> outcome.path(0).asText().equals("passed"))
                .count();
    }
}
