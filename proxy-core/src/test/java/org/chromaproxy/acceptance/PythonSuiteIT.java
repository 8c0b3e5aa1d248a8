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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tests that Chroma's Python client brings end through the proxy as they end on a bare server. */
@Timeout(900)
class PythonSuiteIT {
    private static final Logger LOG = LoggerFactory.getLogger(PythonSuiteIT.class);
    private static final String PACKAGE = "chromadb/test/";
    private static final PythonScripts PYTHON = PythonScripts.ofClient();
    /** What takes seconds: not the properties, nor the tests of many threads; only the synchronous client. */
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
            Outcomes all = outcomes(both, "all", bare.url(), proxy.url(), TESTS);
            assertTrue(passed(all.bare) > 120, "the tests ran on the bare server");

            // Under load a Chroma answers 500, "database is locked", now and then: what differs must do so again.
            List<String> differing = all.differing();
            if (!differing.isEmpty()) {
                LOG.warn("once more, because they ended otherwise: {}", all.shown(differing));
                Outcomes again = outcomes(both, "again", bare.url(), proxy.url(), selected(differing));
                assertEquals(List.of(), again.shown(again.differing()));
            }
            deployment.assertEqualWhenDrained(proxy.api());
        }
    }

    /** By a test's name, for both: how it ended, and by which exception. */
    private record Outcomes(JsonNode bare, JsonNode proxy) {
        List<String> differing() {
            TreeSet<String> names = new TreeSet<>();
            bare.fieldNames().forEachRemaining(names::add);
            proxy.fieldNames().forEachRemaining(names::add);
            names.removeIf(name -> bare.path(name).equals(proxy.path(name)));
            return List.copyOf(names);
        }

        List<String> shown(List<String> names) {
            return names.stream()
                    .map(name -> "\n" + name + ": bare " + bare.path(name) + ", proxy " + proxy.path(name))
                    .toList();
        }
    }

    private Outcomes outcomes(ExecutorService both, String run, String bare, String proxy, List<String> tests)
            throws Exception {
        Future<JsonNode> onBare = both.submit(() -> outcomes(run + "-on-bare", bare, tests));
        Future<JsonNode> onProxy = both.submit(() -> outcomes(run + "-on-proxy", proxy, tests));
        return new Outcomes(onBare.get(), onProxy.get());
    }

    private JsonNode outcomes(String folder, String url, List<String> tests) throws Exception {
        URI server = URI.create(url);
        List<String> arguments = new ArrayList<>(List.of(server.getHost(), Integer.toString(server.getPort())));
        arguments.addAll(tests);
        Path own = Files.createDirectory(directory.resolve(folder));
        return Json.parse(PYTHON.run("python_suite.py", own, arguments.toArray(new String[0])));
    }

    /** The functions of these tests, as they are chosen by. */
    private static List<String> selected(List<String> names) {
        return names.stream()
                .map(name -> name.substring(PACKAGE.length(), name.indexOf('[')))
                .distinct()
                .toList();
    }

    private static long passed(JsonNode outcomes) {
        return outcomes.valueStream()
                .filter(outcome -> outcome.path(0).asText().equals("passed"))
                .count();
    }
}
