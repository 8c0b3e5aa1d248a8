package org.chromaproxy.scripted;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.chromaproxy.support.Browser;
import org.chromaproxy.support.LocalAdmin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What pages of other sites get done in a real Chromium on the proxy's machine, where no token is needed to write. */
class ForeignPageIT extends StagedTest {
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";

    private Browser browser;
    private HttpServer site;

    @SuppressWarnings("NullAway.Init")
    ForeignPageIT() {
        super(Stage.Settings.DEFAULT);
    }

    @BeforeAll
    void start() throws IOException {
        site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.createContext("/", exchange -> {
            byte[] page = "<!doctype html><title>elsewhere</title><body></body>".getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        site.start();
        browser = new Browser();
    }

    @AfterAll
    void stop() {
        browser.close();
        site.stop(0);
    }

    private String proxy(String host) {
        return "http://" + host + ":" + stage().client().port();
    }

    private void visit(String host) {
        browser.open("http://" + host + ":" + site.getAddress().getPort() + "/");
    }

    /** The status that a page is shown, or why it is shown none. */
    private String fetched(String url, String options) {
        return String.valueOf(browser.run("return fetch('" + url + "', " + options
                + ").then(answer => answer.type === 'opaque' ? 'opaque' : String(answer.status), error => 'failed')"));
    }

    private List<String> logged() throws Exception {
        return stage().log().column("SELECT count(*) FROM log_record");
    }

    private List<String> events() {
        return stage().client()
                .get("/admin/events")
                .join()
                .json()
                .path("events")
                .findValuesAsText("to");
    }

    @Test
    void aPageOfAnotherSiteWritesNothing() throws Exception {
        String name = stage().usedCollection().name();
        List<String> before = logged();
        String add = proxy("127.0.0.1") + COLLECTIONS + "/" + name + "/add";
        String record = "{\"ids\":[\"planted\"],\"embeddings\":[[1,2]]}";
        for (String host : List.of(Browser.OTHER_NAME, "127.0.0.1", "localhost")) {
            visit(host);
            // No preflight: a body that is no text has no Content-Type.
            assertEquals(
                    "opaque", fetched(add, "{method: 'POST', mode: 'no-cors', body: new Blob(['" + record + "'])}"));
            assertEquals("opaque", fetched(add, "{method: 'POST', mode: 'no-cors', body: '" + record + "'}"));
            assertEquals(
                    "failed",
                    fetched(
                            add,
                            "{method: 'POST', headers: {'Content-Type': 'application/json'}, body: '" + record + "'}"));
            assertEquals("failed", fetched(proxy("127.0.0.1") + COLLECTIONS + "/" + name, "{method: 'DELETE'}"));
            browser.run(
                    "const form = document.createElement('form'); form.method = 'POST'; form.enctype = 'text/plain';"
                            + " form.action = '" + proxy("127.0.0.1") + COLLECTIONS + "';"
                            + " const field = document.createElement('input'); field.name = '{\"name\":\"planted\",\"a\":\"';"
                            + " field.value = '\"}'; form.append(field); document.body.append(form); form.submit(); return 1");
            browser.awaitText("body", "a page of another site");
        }
        assertEquals(before, logged());
    }

    /** It has its own name resolve to the proxy, so that its browser takes both for one. */
    @Test
    void aPageWhoseNameIsMadeToResolveToTheProxyReadsAndWritesNothing() throws Exception {
        String name = stage().usedCollection().name();
        List<String> before = logged();
        browser.open(proxy(Browser.OTHER_NAME) + "/dashboard");
        for (String path : List.of("/status", "/admin/collection_mappings", COLLECTIONS, COLLECTIONS + "/" + name)) {
            assertEquals("403", fetched(path, "{}"), path);
            assertEquals("403", fetched(path, "{headers: {'Accept-Language': '', 'User-Agent': 'node'}}"), path);
        }
        assertEquals("403", fetched(COLLECTIONS + "/" + name + "/get", "{method: 'POST', body: '{}'}"));
        assertEquals("403", fetched(COLLECTIONS, "{method: 'POST', body: '{\"name\":\"planted\"}'}"));
        assertEquals("403", fetched("/admin/instances/replica/drain", "{method: 'POST'}"));
        assertEquals(before, logged());
        browser.open(proxy("127.0.0.1") + "/dashboard");
        assertEquals("200", fetched("/status", "{}"), "the proxy's own page is told");
    }

    /** Cookies go to all ports of a host, so this site's page sends the session's cookie along: it is not enough. */
    @Test
    void aPageOnAnotherPortDoesNotActThroughTheOperatorsSession() {
        browser.open(proxy("127.0.0.1") + "/dashboard");
        browser.click("#sign-in");
        browser.type("#token", LocalAdmin.secret(LocalAdmin.IN_TARGET));
        browser.awaitText("#who", "Signed in: (local), admin");
        List<String> before = events();
        visit("127.0.0.1");
        String drain = proxy("127.0.0.1") + "/admin/instances/replica/drain";
        assertEquals("opaque", fetched(drain, "{method: 'POST', mode: 'no-cors', credentials: 'include'}"));
        assertEquals(
                "failed",
                fetched(drain, "{method: 'POST', credentials: 'include', headers: {'X-Chroma-Proxy-Session': 'x'}}"));
        assertEquals(before, events());
        browser.open(proxy("127.0.0.1") + "/dashboard");
        browser.awaitText("#who", "Signed in: (local), admin");
        browser.awaitText("article[aria-label=replica] .badge", "up");
    }
}
