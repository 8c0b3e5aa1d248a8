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
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The Chroma stores of frameworks cannot tell the proxy from a bare server: what each offers is done on both, and compared
 * step by step, results, scores, exceptions and their texts. After each, the servers behind the proxy are equal.
 */
@Timeout(900)
class VectorStoresIT {
    private static final PythonScripts PYTHON = PythonScripts.of("python-stores-1.5.9");

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
        PythonScripts.file("transcripts.py", directory);
    }

    @AfterAll
    static void stop() {
        try {
            deployment.awaitPurged();
        } finally {
            deployment.close();
            bare.close();
        }
    }

    @AfterEach
    void bothServersAreEqual() {
        deployment.assertEqualWhenDrained(proxy.api(), "l4j");
    }

    @ParameterizedTest
    @CsvSource({"langchain_store.py, 140", "llama_index_store.py, 85"})
    void whatThePythonStoreOffersGivesTheSameThroughTheProxy(String script, int steps) throws Exception {
        JsonNode transcripts = Json.parse(PYTHON.run(script, directory, address(bare.url()), address(proxy.url())));

        assertTrue(transcripts.path(0).size() > steps, "the script ran to its end on the bare server");
        assertEquals(List.of(), Transcripts.differences(transcripts.path(0), transcripts.path(1)));
    }

    /** Which has an HTTP client of its own. */
    @Test
    void whatLangChain4jsStoreOffersGivesTheSameThroughTheProxy() {
        JsonNode wanted = LangChain4jScript.run(bare.url());

        assertTrue(wanted.size() > 60, "the script ran to its end on the bare server");
        assertEquals(List.of(), Transcripts.differences(wanted, LangChain4jScript.run(proxy.url())));
    }

    private static String address(String url) {
        return URI.create(url).getAuthority();
    }
}
