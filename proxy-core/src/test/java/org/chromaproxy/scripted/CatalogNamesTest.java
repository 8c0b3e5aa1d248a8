package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No name, and nothing in a catalog request, stops the catalog for others. */
class CatalogNamesTest extends StagedTest {
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";
    private static final String TENANTS = "/api/v2/tenants";
    private static final String NUL_NAME = "{\"%s\":\"a\\u0000bc\"%s}";

    CatalogNamesTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(20_000));
    }

    private boolean nothingSent() {
        return stage().primary().calls(call -> !call.method().equals("GET")).stream()
                        .noneMatch(call -> call.path().startsWith(COLLECTIONS))
                && stage().replica().calls(call -> !call.method().equals("GET")).stream()
                        .noneMatch(call -> call.path().startsWith(COLLECTIONS));
    }

    private void assertInvalidName(Client.Answer answer, String field) {
        assertEquals(400, answer.status(), answer.body());
        assertEquals("InvalidArgumentError", answer.json().path("error").asText());
        assertEquals(
                "Validation error: " + field + ": Expected a name containing 3-512 characters from [a-zA-Z0-9._-],"
                        + " starting and ending with a character in [a-zA-Z0-9]. Got: a\0bc",
                answer.json().path("message").asText());
    }

    @Test
    void aCollectionsNameWithNulIsRefusedInChromasWords() {
        Collection collection = stage().usedCollection();
        awaitHeld(stage().replica(), collection, "first");
        stage().forget();
        assertInvalidName(
                stage().client()
                        .post(COLLECTIONS, NUL_NAME.formatted("name", ""))
                        .join(),
                "name");
        assertInvalidName(
                stage().client()
                        .post(COLLECTIONS, NUL_NAME.formatted("name", ",\"get_or_create\":true"))
                        .join(),
                "name");
        assertInvalidName(
                stage().client()
                        .put(COLLECTIONS + "/" + collection.id(), NUL_NAME.formatted("new_name", ""))
                        .join(),
                "new_name");
        assertTrue(nothingSent());
    }

    /** Such a tenant could never be named in a path. */
    @ParameterizedTest
    @ValueSource(strings = {"\\u009b31m", "\u202eabc", "abc\\u2028"})
    void aTenantOrDatabaseThatMisleadsReadersIsNotMade(String name) {
        for (String path : List.of(TENANTS, TENANTS + "/default_tenant/databases")) {
            Client.Answer answer =
                    stage().client().post(path, "{\"name\":\"" + name + "\"}").join();
            assertEquals(400, answer.status(), answer.body());
            assertTrue(answer.body().contains("writing direction"), answer.body());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"chroma-proxy\"}",
                "{\"name\":\"chroma-proxy:dead-letters\"}",
                "{\"n\\u0061me\":\"\\u0063hroma-proxy.x\"}",
                "[\"chroma-proxy:dead-letters\"]",
                "{\"name\":\"chroma-proxy-z\",\"get_or_create\":1}"
            })
    void theProxysOwnTenantsAreNotMadeByClients(String body) {
        stage().forget();
        Client.Answer answer = stage().client().post(TENANTS, body).join();
        assertEquals(400, answer.status(), answer.body());
        assertTrue(answer.body().contains("the proxy's own"), answer.body());
        assertTrue(stage().primary().calls(call -> call.path().equals(TENANTS)).isEmpty());
    }

    @Test
    void aWriteThatTheLogCannotHoldIsRefusedAtOnce() {
        Client.Answer nul = stage().client()
                .post(TENANTS + "/a%00b/databases", "{\"name\":\"abc\"}")
                .join();
        assertEquals(400, nul.status(), nul.body());
        String tenant = TENANTS + "/" + "t".repeat(3_000) + "/databases/default_database/collections";
        Client.Answer tooLong =
                stage().client().post(tenant, "{\"name\":\"abc\"}").join();
        assertEquals(400, tooLong.status(), tooLong.body());
        stage().usedCollection();
    }

    /** Whatever way it comes: neither the log nor its PostgreSQL is asked, and the client hears nothing of it. */
    @Test
    void textThatPostgresCannotHoldIsRefusedWhereverItStands() {
        String nul = TENANTS + "/a%00b/databases/c%00d";
        String record = Collection.record("first");
        String[] id = {"Transaction-ID", "of-nul"};
        Client client = stage().client();
        List<String> logged = stage().log().look("SELECT count(*) FROM log_record");
        assertRefused(404, client.post(nul + "/collections/e%00f/add", record));
        assertRefused(404, client.post(nul + "/collections/e%00f/add", record, id));
        assertRefused(404, client.post(Collection.DATABASE + "/collections/e%00f/upsert", record, id));
        assertRefused(400, client.post(nul + "/collections", "{\"name\":\"abc\"}", id));
        assertRefused(400, client.post(Collection.DATABASE + "/collections", NUL_NAME.formatted("name", ""), id));
        assertRefused(404, client.get("/transactions/of-nul?tenant=a%00b"));
        assertEquals(logged, stage().log().look("SELECT count(*) FROM log_record"));
    }

    private static void assertRefused(int status, CompletableFuture<Client.Answer> asked) {
        Client.Answer answer = asked.join();
        assertEquals(status, answer.status(), answer.body());
        assertFalse(answer.body().matches("(?s).*(PostgreSQL|ERROR:|encoding|byte sequence).*"), answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"k\":[1,2]}",
                "{\"a\":1,\"k\":[]}",
                "{\"k\":{\"indices\":[1],\"values\":[0.5]}}",
                "{\"k\":{\"a\":1}}"
            })
    void metadataOnWhichAServerHangsUpIsRefusedBeforeItIsLogged(String metadata) {
        Collection collection = stage().usedCollection();
        awaitHeld(stage().replica(), collection, "first");
        stage().forget();
        Client.Answer created = stage().client()
                .post(COLLECTIONS, "{\"name\":\"flat-" + UUID.randomUUID() + "\",\"metadata\":" + metadata + "}")
                .join();
        assertEquals(422, created.status(), created.body());
        assertTrue(created.json().path("message").asText().contains("metadata.k"), created.body());
        Client.Answer changed = stage().client()
                .put(COLLECTIONS + "/" + collection.id(), "{\"new_metadata\":" + metadata + "}")
                .join();
        assertEquals(422, changed.status(), changed.body());
        assertTrue(changed.json().path("message").asText().contains("new_metadata.k"), changed.body());
        assertTrue(nothingSent());
    }

    @Test
    void aCreateThatEveryServerHangsUpOnIsTriedSeldomAndOthersPass() {
        String name = "hangs-up-" + UUID.randomUUID();
        stage().primary().always(call -> call.creates(name), new Reply.Close(false));
        stage().replica().always(call -> call.creates(name), new Reply.Close(false));
        Client.Answer answer = stage().client()
                .post(COLLECTIONS, "{\"name\":\"" + name + "\"}")
                .join();
        assertEquals(500, answer.status(), answer.body());
        assertTrue(answer.body().contains("hold the same"), answer.body());
        for (ScriptedChroma each : List.of(stage().primary(), stage().replica())) {
            int tries = each.calls(call -> call.creates(name)).size();
            assertTrue(tries <= 4, tries + " tries");
        }
        stage().usedCollection();
    }

    @Test
    void aTenantWhoseNameHasABlankStopsNobody() {
        stage().client().post(TENANTS, "{\"name\":\"acme corp\"}").join();
        stage().primary().always(call -> call.method().equals("PATCH"), new Reply.Fixed(405, "", ""));
        stage().replica().always(call -> call.method().equals("PATCH"), new Reply.Fixed(405, "", ""));
        Client.Answer answer = stage().client()
                .patch(TENANTS + "/acme%20corp", "{\"resource_name\":\"x\"}")
                .join();
        assertTrue(answer.status() >= 400 && answer.status() != 503, answer.body());
        stage().usedCollection();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%2Fb", "a%5Cb", "a\\b", "a%zz", "caf%c3%a9"})
    void aTenantsNameReachesTheServerAsItIsSpelled(String name) throws IOException {
        Reply found = Reply.json(200, "{\"name\":\"x\"}");
        stage().primary().always(call -> call.path().equals(TENANTS + "/" + name), found);
        stage().replica().always(call -> call.path().equals(TENANTS + "/" + name), found);
        assertEquals("200", status(TENANTS + "/" + name));
    }

    @Test
    void rawOctetsInAPathStandForThemselves() throws IOException {
        Reply found = Reply.json(200, "{\"name\":\"x\"}");
        stage().primary().always(call -> call.path().equals(TENANTS + "/caf%c3%a9"), found);
        stage().replica().always(call -> call.path().equals(TENANTS + "/caf%c3%a9"), found);
        assertEquals("200", status(TENANTS + "/caf\u00e9"));
    }

    /** A server refuses them with an empty 400, which says nothing: a write would be tried again and again. */
    @ParameterizedTest
    @ValueSource(strings = {"a<b", "a>b", "a`b", "a\"b", "a{b}", "a#b", "a?x=<", "a?x=>", "a?x=\"", "a?x#y"})
    void aWriteWithACharacterThatMustBeEscapedIsRefusedBeforeItIsLogged(String name) throws IOException {
        List<String> logged = stage().log().look("SELECT count(*) FROM log_record");
        stage().forget();
        assertEquals("400", status("PATCH", TENANTS + "/" + name, "{\"resource_name\":\"x\"}"));
        String databases = TENANTS + "/" + name.replaceFirst("(?=[?#]|$)", "/databases");
        assertEquals("400", status("POST", databases, "{\"name\":\"abc\"}"));
        assertEquals(logged, stage().log().look("SELECT count(*) FROM log_record"));
        for (ScriptedChroma each : List.of(stage().primary(), stage().replica())) {
            assertEquals(List.of(), each.calls(call -> call.path().startsWith(TENANTS + "/a")));
        }
        stage().usedCollection();
    }

    @ParameterizedTest
    @ValueSource(strings = {"//api/v2/heartbeat", "/api//v2/heartbeat", "/api/v2/tenants/../x", "/caf\u00e9"})
    void aPathThatLeadsNowhereIsNotFound(String path) throws IOException {
        assertEquals("404", status(path));
    }

    /** Of a GET with exactly that path. */
    private String status(String path) throws IOException {
        return status("GET", path, "");
    }

    private String status(String method, String path, String body) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), stage().client().port())) {
            socket.getOutputStream()
                    .write((method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.split(" ", 3)[1];
        }
    }

    @Test
    void aRecordThatNoStepCanBeMadeWithIsSetAside() throws Exception {
        try (Stage own = Stage.open()) {
            own.usedCollection();
            Client client = own.restartProxy(() -> {
                try {
                    // Of a kind that has no place in the catalog's lane.
                    own.log()
                            .change("INSERT INTO log_record SELECT max(lsn) + 1, now(), 1,"
                                    + " '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000',"
                                    + " '', '', '', '', 'POST', '/x', '', NULL, NULL, NULL, '' FROM log_record");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            Client.Answer created =
                    client.post(COLLECTIONS, "{\"name\":\"behind-it\"}").join();
            assertEquals(200, created.status(), created.body());
            client.close();
        }
    }
}
