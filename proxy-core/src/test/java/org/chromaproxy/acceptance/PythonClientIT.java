package org.chromaproxy.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;
import org.chromaproxy.acceptance.harness.ChromaInstance;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.chromaproxy.acceptance.harness.PythonClient;
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
@Timeout(900)
class PythonClientIT {
    @TempDir
    private static Path directory;

    private static ChromaInstance bare;
    private static Deployment deployment;
    private static ProxyProcess proxy;
    private static PythonClient client;

    @BeforeAll
    static void start() throws Exception {
        bare = ChromaInstance.start(Files.createDirectory(directory.resolve("bare")));
        deployment = Deployment.prepare(directory);
        proxy = deployment.startProxy();
        client = new PythonClient(directory, bare.url(), proxy.url());
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
        client.assertSame(100, "client_transcript.py", part);
    }

    /** 50,000 ids in one delete, and 100,000: the client bounds what it adds, not what it deletes. */
    @Test
    void deletesOfMoreRecordsThanMayBeAddedAtOnceAreTaken() throws Exception {
        client.assertSame(8, "huge_deletes.py");
    }

    /** Bodies of wrong types, without a name, with members twice; numbers that are none; what is not there. */
    @Test
    void whatChromaRefusesIsRefusedWithItsStatusAndWords() throws Exception {
        client.assertSame(400, "body_transcript.py");
    }
}
