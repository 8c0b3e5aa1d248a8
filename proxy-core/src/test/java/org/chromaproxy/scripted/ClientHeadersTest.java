package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.ClientSettings;
import org.chromaproxy.config.ConnectionSettings;
import org.junit.jupiter.api.Test;

/** As many header fields as Chroma takes (100, seen on 1.5.9) may come from a client: what the proxy adds fits in. */
class ClientHeadersTest {
    private static final int CHROMAS = 100;
    /** Host, Content-Type and Content-Length. */
    private static final int USUAL = 3;

    private static final String BODY = "{\"ids\":[\"many\"],\"embeddings\":[[1,2]]}";

    private static Stage stage(ConnectionSettings connection, Optional<String> upstreamToken) throws Exception {
        ClientSettings clients = new ClientSettings(15_000, 0, 0, List.of(), connection);
        return Stage.open(Stage.Settings.DEFAULT
                .withReplicaRatio(0)
                .withAccess(new AccessSettings(Optional.empty(), upstreamToken, clients)));
    }

    private static String request(Collection collection, String operation, int fields) {
        String more = IntStream.range(0, fields - USUAL)
                .mapToObj(i -> "x-field-" + i + ": " + i + "\r\n")
                .collect(Collectors.joining());
        return "POST " + collection.path(operation) + " HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\n"
                + more + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY;
    }

    private static int answered(Stage stage, String request) throws Exception {
        try (RawConnection client = new RawConnection(stage.client().port())) {
            RawConnection.Response answer = client.send(request).read();
            if (answer.status() == 431) {
                assertEquals("close", answer.headers().get("connection"));
                assertTrue(client.closedByPeer());
            }
            return answer.status();
        }
    }

    @Test
    void whatTheProxyAddsNeverPushesARequestOverWhatServersTake() throws Exception {
        for (Optional<String> token : List.of(Optional.<String>empty(), Optional.of("of-the-servers"))) {
            try (Stage stage = stage(ConnectionSettings.DEFAULT, token)) {
                Collection collection = stage.usedCollection();
                stage.forget();
                for (int fields = 90; fields <= CHROMAS; fields++) {
                    assertEquals(200, answered(stage, request(collection, "get", fields)), "read, " + fields);
                    assertEquals(200, answered(stage, request(collection, "upsert", fields)), "write, " + fields);
                }
                List<Call> calls = stage.primary().calls(call -> call.is("get") || call.is("upsert"));
                assertEquals(22, calls.size());
                for (Call call : calls) {
                    assertTrue(
                            call.headers().size() <= CHROMAS,
                            "so many: " + call.headers().size());
                    assertEquals("0", call.headers().get("x-field-0"));
                    assertEquals("application/json", call.headers().get("content-type"));
                    assertEquals(
                            token.map(secret -> "Bearer " + secret).orElse(null),
                            call.headers().get("authorization"));
                    assertEquals(BODY, call.body());
                }
                // Where there is room, everything is told.
                assertEquals("127.0.0.1", calls.getFirst().headers().get("x-forwarded-for"));
            }
        }
    }

    @Test
    void aFieldMoreThanChromaTakesIsRefusedAsChromaDoes() throws Exception {
        try (Stage stage = stage(ConnectionSettings.DEFAULT, Optional.empty())) {
            Collection collection = stage.usedCollection();
            stage.forget();
            assertEquals(431, answered(stage, request(collection, "get", CHROMAS + 1)));
            assertEquals(431, answered(stage, request(collection, "upsert", CHROMAS + 1)));
            assertEquals(
                    0,
                    stage.primary()
                            .calls(call -> call.is("get") || call.is("upsert"))
                            .size());
        }
    }

    @Test
    void numberAndSizeOfFieldsAreSettings() throws Exception {
        try (Stage stage = stage(new ConnectionSettings(120_000, 20, 4 << 10), Optional.empty())) {
            Collection collection = stage.usedCollection();
            assertEquals(200, answered(stage, request(collection, "get", 20)));
            assertEquals(431, answered(stage, request(collection, "get", 21)));
            String large = "GET /health HTTP/1.1\r\nHost: proxy\r\nX: " + "x".repeat(5 << 10) + "\r\n\r\n";
            assertEquals(431, answered(stage, large));
        }
    }

    @Test
    void anIdleConnectionIsClosedAfterTheTimeThatIsSet() throws Exception {
        try (Stage stage = stage(new ConnectionSettings(1_000, 100, 16 << 10), Optional.empty());
                RawConnection client = new RawConnection(stage.client().port())) {
            assertEquals(
                    200,
                    client.send("GET /health HTTP/1.1\r\nHost: proxy\r\n\r\n")
                            .read()
                            .status());
            assertTrue(client.closedByPeer());
        }
    }
}
