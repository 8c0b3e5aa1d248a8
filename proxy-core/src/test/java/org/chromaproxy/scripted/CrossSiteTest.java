package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.ClientSettings;
import org.chromaproxy.support.LocalAdmin;
import org.junit.jupiter.api.Test;

/** What a page of another site can do through a browser: nothing that changes anything, whatever the browser adds. */
class CrossSiteTest extends StagedTest {
    static final Map<String, String> FOREIGN = Map.ofEntries(
            Map.entry("an origin", "Origin: http://evil.example\r\n"),
            Map.entry("no origin that is told", "Origin: null\r\n"),
            Map.entry("an empty one", "Origin:\r\n"),
            Map.entry("another port", "Origin: http://localhost:9000\r\n"),
            Map.entry("a longer name", "Origin: http://localhost:8000.evil.example\r\n"),
            Map.entry("a user", "Origin: http://localhost:8000@evil.example\r\n"),
            Map.entry("a path", "Origin: http://evil.example/http://localhost:8000\r\n"),
            Map.entry("a file", "Origin: file://\r\n"),
            Map.entry("two", "Origin: http://localhost:8000\r\nOrigin: http://evil.example\r\n"),
            Map.entry("its site alone", "Sec-Fetch-Site: cross-site\r\n"),
            Map.entry("a neighbour", "Sec-Fetch-Site: same-site\r\n"),
            Map.entry("a site that is none", "Sec-Fetch-Site: SAME-ORIGIN\r\n"),
            Map.entry("an empty site", "Sec-Fetch-Site:\r\n"),
            Map.entry("a site that contradicts", "Origin: http://localhost:8000\r\nSec-Fetch-Site: cross-site\r\n"),
            Map.entry("an origin that does", "Origin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n"));

    private static final AccessFixture FILE = new AccessFixture();
    private static final String ADMIN = FILE.token("admin", Role.ADMIN);
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";
    private static final String RECORD = "{\"ids\":[\"planted\"],\"embeddings\":[[1,2]]}";

    CrossSiteTest() {
        super(Stage.Settings.DEFAULT);
    }

    private static int ask(Stage stage, String operation, String host, String headers, String body) throws IOException {
        return answered(stage, operation, host, headers, body).status();
    }

    private static RawConnection.Response answered(
            Stage stage, String operation, String host, String headers, String body) throws IOException {
        try (RawConnection client = new RawConnection(stage.client().port())) {
            return client.send(operation + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + body.length()
                            + "\r\n" + headers + "\r\n" + body)
                    .read();
        }
    }

    /** Every way to change something, without a Content-Type, as a page may send without asking first. */
    private static Map<String, String> changes(String collection) {
        String path = COLLECTIONS + "/" + collection;
        return Map.of(
                "POST " + COLLECTIONS,
                "{\"name\":\"planted\"}",
                "POST " + path + "/add",
                RECORD,
                "POST " + path + "/upsert",
                RECORD,
                "POST " + path + "/update",
                RECORD,
                "POST " + path + "/delete",
                "{\"ids\":[\"first\"]}",
                "PUT " + path,
                "{\"new_name\":\"renamed\"}",
                "DELETE " + COLLECTIONS + "/" + collection,
                "",
                "POST /api/v2/tenants",
                "{\"name\":\"planted\"}",
                "POST /api/v2/tenants/default_tenant/databases",
                "{\"name\":\"planted\"}");
    }

    @Test
    void withoutTokensNoPageOfAnotherSiteChangesAnything() throws Exception {
        Collection collection = stage().usedCollection();
        List<String> logged = stage().log().column("SELECT count(*) FROM log_record");
        for (Map.Entry<String, String> foreign : FOREIGN.entrySet()) {
            for (Map.Entry<String, String> change : changes(collection.name()).entrySet()) {
                for (String type : List.of("", "Content-Type: text/plain\r\n", "Content-Type: application/json\r\n")) {
                    RawConnection.Response answer = answered(
                            stage(), change.getKey(), "localhost:8000", foreign.getValue() + type, change.getValue());
                    assertEquals(403, answer.status(), foreign.getKey() + ": " + change.getKey());
                    assertTrue(answer.body().contains("a page of another site"), answer.body());
                }
            }
        }
        assertEquals(logged, stage().log().column("SELECT count(*) FROM log_record"));
    }

    /** No body is taken of a request that is refused: the answer comes before it. */
    @Test
    void theRefusalDoesNotWaitForTheBody() throws IOException {
        try (RawConnection client = new RawConnection(stage().client().port())) {
            client.send("POST " + COLLECTIONS + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
                    + "Origin: http://evil.example\r\n\r\n{");
            assertEquals(403, client.read().status());
        }
    }

    @Test
    void noCredentialMakesItAnother() throws Exception {
        Stage.Settings settings = Stage.Settings.DEFAULT.withAccess(FILE.settings("up"));
        String basic = Base64.getEncoder().encodeToString((":" + ADMIN).getBytes(StandardCharsets.UTF_8));
        try (Stage stage = Stage.open(settings)) {
            for (String credential : List.of(
                    "X-Chroma-Token: " + ADMIN, "Authorization: Bearer " + ADMIN, "Authorization: Basic " + basic)) {
                for (Map.Entry<String, String> foreign : FOREIGN.entrySet()) {
                    String headers = foreign.getValue() + credential + "\r\n";
                    String name = "{\"name\":\"planted\"}";
                    assertEquals(403, ask(stage, "POST " + COLLECTIONS, "localhost:8000", headers, name), headers);
                }
            }
        }
    }

    @Test
    void programsAndTheProxysOwnPagesChangeWhatTheyMay() throws Exception {
        List<String> own = List.of(
                "",
                "Origin: http://localhost:8000\r\n",
                "Origin: http://LOCALHOST:8000\r\nSec-Fetch-Site: same-origin\r\n",
                // Where something in front speaks TLS.
                "Origin: https://localhost:8000\r\n",
                "Sec-Fetch-Site: none\r\n",
                // Node's own fetch.
                "Accept-Language: *\r\nSec-Fetch-Mode: cors\r\nUser-Agent: node\r\n");
        for (int i = 0; i < own.size(); i++) {
            String body = "{\"name\":\"own-" + i + "\"}";
            assertEquals(200, ask(stage(), "POST " + COLLECTIONS, "localhost:8000", own.get(i), body), own.get(i));
        }
    }

    @Test
    void pagesOfThoseAllowedChangeDataAndNeverAct() throws Exception {
        try (Stage stage = allowing(List.of("https://app.example"), List.of())) {
            String page = "Origin: https://app.example\r\nSec-Fetch-Site: cross-site\r\n";
            String type = "Content-Type: application/json\r\n";
            assertEquals(
                    200, ask(stage, "POST " + COLLECTIONS, "chroma.example", page + type, "{\"name\":\"allowed\"}"));
            assertEquals(200, ask(stage, "GET " + COLLECTIONS, "chroma.example", page, ""));
            String token = LocalAdmin.lines(LocalAdmin.IN_TARGET);
            assertEquals(403, ask(stage, "POST /admin/clear_wal_errors", "localhost", page + token, ""));
        }
    }

    private static Stage allowing(List<String> origins, List<String> hosts) throws SQLException {
        ClientSettings clients = new ClientSettings(15_000, 0, 0, origins);
        AccessSettings access =
                new AccessSettings(Optional.empty(), Optional.empty(), clients, Optional.empty(), hosts);
        return Stage.open(Stage.Settings.DEFAULT.withAccess(access));
    }

    private static final String BROWSER = "Accept-Language: en\r\nUser-Agent: Mozilla/5.0\r\n";

    /** A page whose name was made to resolve to the proxy: its browser takes both for one site, and adds no mark of it. */
    @Test
    void withoutTokensAPageReadsNothingUnderANameThatIsNotTheProxys() throws Exception {
        String collection = stage().usedCollection().name();
        List<String> reads = List.of(
                "GET /status",
                "GET /admin/collection_mappings",
                "GET " + COLLECTIONS,
                "GET " + COLLECTIONS + "/" + collection,
                "POST " + COLLECTIONS + "/" + collection + "/get");
        List<String> marks = List.of(
                BROWSER,
                "Accept-Language:\r\n",
                "User-Agent: Mozilla/5.0 (X11)\r\n",
                "Origin: http://evil.example:8000\r\n",
                "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n");
        for (String read : reads) {
            for (String mark : marks) {
                RawConnection.Response answer = answered(stage(), read, "evil.example:8000", mark, "{}");
                assertEquals(403, answer.status(), read + " " + mark);
                assertTrue(answer.body().contains("ALLOWED_HOSTS"), answer.body());
            }
            for (String host : List.of("localhost:8000", "127.0.0.1", "192.0.2.1:8000", "[2001:db8::1]:8000")) {
                assertEquals(200, ask(stage(), read, host, BROWSER, "{}"), read + " " + host);
            }
            // By a service's name, as in Compose and Kubernetes.
            for (String host :
                    List.of("chroma-proxy:8000", "chroma-proxy.chroma.svc.cluster.local", "chroma-proxy.app")) {
                for (String program : List.of(
                        "",
                        "User-Agent: python-httpx/0.28\r\n",
                        "Accept-Language: *\r\nSec-Fetch-Mode: cors\r\nUser-Agent: node\r\n")) {
                    assertEquals(200, ask(stage(), read, host, program, "{}"), read + " " + host + " " + program);
                }
            }
        }
        assertEquals(200, ask(stage(), "GET /dashboard", "evil.example", BROWSER, ""), "there is nothing in it");
    }

    @Test
    void namesThatAreAllowedAreTheProxys() throws Exception {
        try (Stage stage = allowing(List.of(), List.of("chroma.example"))) {
            assertEquals(200, ask(stage, "GET /status", "chroma.example:8000", BROWSER, ""));
            assertEquals(403, ask(stage, "GET /status", "evil.example:8000", BROWSER, ""));
            stage.proxy().access().useHosts(List.of("*"));
            assertEquals(200, ask(stage, "GET /status", "evil.example:8000", BROWSER, ""));
        }
    }
}
