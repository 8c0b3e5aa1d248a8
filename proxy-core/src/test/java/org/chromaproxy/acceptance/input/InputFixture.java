package org.chromaproxy.acceptance.input;

import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.function.Executable;

/** A proxy with a collection {@code victim} of two records that bad requests try to reach. */
final class InputFixture implements AutoCloseable {
    private final Deployment deployment;
    private final ProxyProcess proxy;

    InputFixture(Path directory) {
        deployment = Deployment.prepare(directory);
        proxy = deployment.startProxy("CLIENT_STALL_TIMEOUT", "5");
        api().create("victim");
        api().post(collection("victim") + "/add", "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1,2],[3,4]]}")
                .expect(201);
    }

    ChromaApi api() {
        return proxy.api();
    }

    RawConnection connect() throws IOException {
        return new RawConnection(proxy.port());
    }

    /** The head of a request with the headers that every sound one has, and these; each ends with CRLF. */
    String head(String method, String path, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + proxy.port()
                + "\r\nContent-Type: application/json\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** A sound POST to a route of the victim. */
    String post(String route, String body) {
        return head("POST", collection("victim") + route, "Content-Length: " + body.length()) + body;
    }

    /** Runs it; afterwards both instances and the log are as before, and other clients are served. */
    void changesNothing(Executable badRequests) throws Throwable {
        long logged = Deployment.writesLogged(api());
        executesNothing(badRequests);
        assertEquals(logged, Deployment.writesLogged(api()), "writes in the log");
    }

    /** Runs it; afterwards both instances are as before, though refused writes may stand in the log. */
    void executesNothing(Executable badRequests) throws Throwable {
        Deployment.awaitDrained(api());
        InstanceDump primary = InstanceDump.of(deployment.primary().api());
        InstanceDump replica = InstanceDump.of(deployment.replica().api());

        badRequests.execute();

        Deployment.awaitDrained(api());
        assertEquals(primary, InstanceDump.of(deployment.primary().api()), "the primary");
        assertEquals(replica, InstanceDump.of(deployment.replica().api()), "the replica");
        assertTrue(api().get(D + "/collections/victim").isSuccess());
    }

    /** Waits until all is applied, then compares the sides. */
    void assertEqualSides() {
        deployment.assertEqualWhenDrained(api());
    }

    /** Sends bytes on a connection of their own; the answer must be an error in Chroma's shape, with this status. */
    void refused(int status, String bytes) throws IOException {
        try (RawConnection connection = connect()) {
            RawConnection.Response response = connection.send(bytes).read();
            assertEquals(status, response.status(), response.toString());
            assertErrorShape(response);
        }
    }

    /** As {@link #refused}, and the connection ends there: what follows on it cannot be told apart from the body. */
    void refusedAndClosed(int status, String bytes) throws IOException {
        try (RawConnection connection = connect()) {
            RawConnection.Response response = connection.send(bytes).read();
            assertEquals(status, response.status(), response.toString());
            assertErrorShape(response);
            assertTrue(connection.closedByPeer(), "open after " + response);
        }
    }

    static void assertErrorShape(RawConnection.Response response) {
        JsonNode error = Json.parse(response.body().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertTrue(error.path("error").isTextual() && error.path("message").isTextual(), response.toString());
    }

    @Override
    public void close() {
        deployment.close();
    }
}
