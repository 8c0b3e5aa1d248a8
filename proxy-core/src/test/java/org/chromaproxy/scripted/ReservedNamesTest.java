package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Collections of the proxy's own are told by their names, and deleted: no client's may have one. */
class ReservedNamesTest {
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";
    private static final String ASIDE = "chroma-proxy-aside-";

    @Test
    void namesOfWhatCopiesReplaceAreTheProxysOwn() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            String name = ASIDE + UUID.randomUUID();
            Client.Answer made = stage.client()
                    .post(COLLECTIONS, "{\"name\":\"" + name + "\"}")
                    .join();
            assertEquals(400, made.status(), made.body());
            Client.Answer renamed = stage.client()
                    .put(COLLECTIONS + "/" + collection.id(), "{\"new_name\":\"" + name + "\"}")
                    .join();
            assertEquals(400, renamed.status(), renamed.body());
            assertTrue(renamed.body().contains(ASIDE), renamed.body());
        }
    }

    private static void rename(ScriptedChroma server, Collection collection, String name) {
        try (Client direct = new Client(server.uri().getPort())) {
            Client.Answer renamed = direct.put(
                            COLLECTIONS + "/" + server.model().idOf(collection.name()),
                            "{\"new_name\":\"" + name + "\"}")
                    .join();
            assertEquals(200, renamed.status(), renamed.body());
        }
    }

    /** Earlier builds let clients have them. */
    @Test
    void aClientsCollectionThatHasSuchANameIsNotDeleted() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            String name = ASIDE + UUID.randomUUID();
            try (Client client = stage.restartProxy(() -> {
                rename(stage.primary(), collection, name);
                rename(stage.replica(), collection, name);
                try {
                    stage.log()
                            .change("UPDATE collection SET name = '" + name + "' WHERE public_id = '" + collection.id()
                                    + "'");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            })) {
                for (int i = 0; i < 3; i++) {
                    assertEquals(
                            200,
                            client.post("/admin/complete_mappings", "{}").join().status());
                }
                assertEquals(List.of("first"), stage.primary().model().ids(name));
                assertEquals(List.of("first"), stage.replica().model().ids(name));
                Client.Answer read =
                        client.post(collection.path("get"), "{\"include\":[]}").join();
                assertEquals(200, read.status(), read.body());
            }
        }
    }

    /** The end of its request is read when it has been answered: then it is over, and not the next one's turn. */
    @Test
    void aConnectionThatIsSaidToCloseClosesBehindAReadThatNobodyCouldServe() throws Exception {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withRequestMs(2_000))) {
            stage.primary().vanish();
            stage.replica().vanish();
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), stage.client().port())) {
                socket.setSoTimeout(60_000);
                for (String request : List.of(
                        "GET /api/v2/tenants/default_tenant HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                        "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")) {
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
                }
                String all = read(socket);
                assertTrue(all.startsWith("HTTP/1.1 503"), all);
                assertEquals(1, all.split("HTTP/1\\.1 ", -1).length - 1, all);
            }
        }
    }

    private static String read(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
