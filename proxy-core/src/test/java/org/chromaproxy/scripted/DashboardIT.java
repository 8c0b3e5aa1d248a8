package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.main.ProxyServer;
import org.chromaproxy.support.Browser;
import org.chromaproxy.support.LocalAdmin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The operators' page as a real Chromium shows it. */
class DashboardIT extends StagedTest {
    private static final int MANY = 2_000;
    private static final int AT_ONCE = 50;

    private Browser browser;

    @SuppressWarnings("NullAway.Init")
    DashboardIT() {
        super(Stage.Settings.DEFAULT);
    }

    @BeforeAll
    void start() {
        browser = new Browser();
    }

    @AfterAll
    void stop() {
        browser.close();
    }

    @BeforeEach
    void openPage() {
        browser.look("light", 1280, 1400);
        browser.open(page("127.0.0.1"));
        browser.awaitText("#instance-cards", "replica");
    }

    private String page(String host) {
        return "http://" + host + ":" + stage().client().port() + "/dashboard";
    }

    @AfterEach
    void nothingWentWrongAndNobodyElseWasAsked() throws IOException {
        List<String> foreign = browser.requests().stream()
                .map(request -> request.path("url").asText())
                .filter(url -> !url.startsWith("http://127.0.0.1:") && !url.startsWith("http://" + Browser.OTHER_NAME))
                .toList();
        assertEquals(List.of(), foreign);
        // What the proxy refuses is an error on the console by the browser's own rule; so is a header that needs HTTPS.
        List<String> severe = browser.severe().stream()
                .filter(line -> !line.contains("status of 403")
                        && !line.contains("status of 401")
                        && !line.contains("status of 503")
                        && !line.contains("Cross-Origin-Opener-Policy header has been ignored"))
                .toList();
        assertEquals(List.of(), severe);
    }

    @Test
    void anInstanceThatDiesIsSaidInWordsAndSoIsItsReturn() throws IOException {
        browser.awaitText("#headline", "All is well.");
        browser.awaitText("article[aria-label=primary] .badge", "up");
        browser.awaitText("article[aria-label=replica] .badge", "up");
        Collection collection = stage().usedCollection();
        browser.awaitText("#figures", "requests/s");
        await().atMost(Stage.SOON).until(() -> drawn("rate-chart").matches("all: \\d+\\.\\d, failed: \\d+\\.\\d"));
        await().atMost(Stage.SOON).until(() -> drawn("latency-chart").matches("mean: (none|\\d+\\.\\d)"));
        stage().replica().vanish();
        try {
            browser.awaitText("#headline", "Clients are served by 1 of 2 instances.");
            browser.awaitText("#headline", "replica is down");
            browser.awaitText("#headline", "Start the Chroma server at http://127.0.0.1:");
            browser.awaitText("article[aria-label=replica] .badge", "down");
            browser.awaitText("#event-table", "→ down");
            assertEquals(201, collection.add("meanwhile").join().status());
            browser.awaitText("article[aria-label=replica]", "1 write");
            browser.picture("down-light");
            browser.look("dark", 1280, 1400);
            browser.picture("down-dark");
        } finally {
            stage().replica().reappear();
        }
        browser.awaitText("#headline", "All is well.");
        browser.awaitText("#event-table", "→ up");
    }

    /** What a chart tells those who do not see it. */
    private String drawn(String chart) {
        return String.valueOf(
                browser.run("return document.getElementById('" + chart + "').getAttribute('aria-label') || ''"));
    }

    @Test
    void aCopyThatDiffersIsRepairedOnceTheOperatorHasSaidSo() throws IOException {
        Collection collection = stage().usedCollection();
        stage().replica().always(call -> call.writes() && call.body().contains("poison"), new Reply.Close(false));
        assertEquals(201, collection.add("poison").join().status());
        browser.awaitText("#headline", "1 collection has a copy known to differ");
        browser.awaitText("#headline", "press Repair there");
        stage().forget();

        signIn();
        browser.type("#collection-text", collection.name());
        browser.awaitText("#collection-table", "replica: diverged");
        browser.run("document.querySelector('#collections').scrollIntoView(); return 1");
        browser.picture("diverged-light");
        browser.click("#collection-table button[data-repair]");
        browser.awaitText("#confirm", "Repair " + collection.name() + " on replica?");
        browser.click("#confirm-yes");
        awaitHeld(stage().replica(), collection, "poison");
        browser.awaitText("#collection-table", "primary: in sync\nreplica: in sync");
        browser.awaitText("#headline", "All is well.");
        signOut();
    }

    @Test
    void oneOfManyCollectionsIsFound() throws IOException {
        stage().usedCollection();
        List<CompletableFuture<Client.Answer>> batch = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            batch.add(create("many-" + i));
            if (batch.size() == AT_ONCE) {
                batch.forEach(answer ->
                        assertEquals(200, answer.join().status(), answer.join().body()));
                batch.clear();
            }
        }
        browser.type("#collection-text", "many-");
        browser.awaitText("#collection-count", "1 to 25 of 2,000 collections that match");
        browser.click("#collection-next");
        browser.awaitText("#collection-count", "26 to 50 of 2,000");
        browser.type("#collection-text", "many-1234");
        browser.awaitText("#collection-count", "1 to 1 of 1 collection that match");
        browser.awaitText("#collection-table", "primary: in sync\nreplica: in sync");
        browser.type("#collection-text", "many-12");
        browser.awaitText("#collection-count", "1 to 25 of 111");
        browser.run("document.querySelector('#collections').scrollIntoView(); return 1");
        browser.picture("collections-light");
    }

    private CompletableFuture<Client.Answer> create(String name) {
        return stage().client().post(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}");
    }

    @Test
    void aDeadLetterIsShownAndLoggedAnewOnceTheOperatorHasSaidSo() throws IOException {
        Collection collection = stage().usedCollection();
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(call -> call.writes() && call.body().contains("poison"), new Reply.Close(false));
        }
        assertEquals(500, collection.add("poison").join().status());
        browser.awaitText("#headline", "1 write was given up and waits for your decision");
        browser.awaitText("#letter-table", "none of the records it names is there");
        stage().forget();

        signIn();
        browser.click("#letter-table button[data-action=retry]");
        browser.awaitText("#confirm", "Log it anew?");
        browser.press(Keys.ESCAPE);
        browser.awaitText("#letter-count", "1 waits for a decision");
        assertEquals(List.of(), stage().primary().calls(call -> call.body().contains("poison")));

        browser.click("#letter-table button[data-action=retry]");
        browser.awaitText("#confirm", "Log it anew?");
        browser.picture("confirm-light");
        browser.click("#confirm-yes");
        browser.awaitText("#letter-table", "No write has been given up.");
        awaitHeld(stage().primary(), collection, "poison");
        awaitHeld(stage().replica(), collection, "poison");
        browser.awaitText("#headline", "All is well.");
        signOut();
    }

    @Test
    void aTransactionIsFoundByItsId() {
        String id = stage().usedCollection().add("sought").join().header("Transaction-ID");
        browser.type("#transaction-id", id);
        browser.awaitText("#transaction", "COMPLETED");
        browser.awaitText("#transaction", "primary: yes");
        browser.click("#transaction-refresh");
        browser.awaitText("#transaction-table", id);
    }

    @Test
    void itFitsAPhoneAndAKeyboard() throws IOException {
        browser.look("dark", 390, 2600);
        stage().usedCollection();
        browser.awaitText("#headline", "All is well.");
        Object over = browser.run("return document.documentElement.scrollWidth - window.innerWidth");
        assertTrue(((Number) over).intValue() <= 0, "it is wider than the screen by " + over);
        Object columns = browser.run(
                "return getComputedStyle(document.querySelector('.cards'))" + ".gridTemplateColumns.split(' ').length");
        assertEquals(1, ((Number) columns).intValue());
        browser.picture("phone-dark");
        browser.press(Keys.TAB);
        assertEquals("skip", browser.run("return document.activeElement.className"));
        browser.press(Keys.ENTER);
        assertEquals("content", browser.run("return document.activeElement.id"));
        browser.press(Keys.TAB);
        assertEquals("drain", browser.run("return document.activeElement.dataset.action"));
        assertEquals("3px", browser.run("return getComputedStyle(document.activeElement).outlineWidth"));
        browser.press(Keys.ENTER);
        browser.awaitText("#confirm", "Drain primary?");
        browser.press(Keys.ESCAPE);
    }

    /** A page of another site may have had its name resolve to this machine. */
    @Test
    void underANameThatIsNotTheProxysItIsToldNothing() throws IOException {
        browser.open(page(Browser.OTHER_NAME));
        browser.awaitText("#access", "ALLOWED_HOSTS");
        browser.awaitText("#headline", "The rest is told to those who give a token");
        assertEquals("", browser.text("#instance-cards"));
        stage().proxy().access().useHosts(List.of(Browser.OTHER_NAME));
        try {
            browser.open(page(Browser.OTHER_NAME));
            browser.awaitText("#headline", "All is well.");
        } finally {
            stage().proxy().access().useHosts(List.of());
        }
    }

    @Test
    void toActItAsksForTheLocalTokenAndKeepsNone() throws IOException {
        browser.awaitText("#headline", "All is well.");
        browser.click("button[data-instance=replica][data-action=drain]");
        browser.click("#confirm-yes");
        browser.awaitText("#access", "chroma-proxy token local");
        browser.awaitText("article[aria-label=replica] .badge", "up");
        browser.type("#token", "a-token");
        browser.awaitText("#access", "The token is not one of the proxy's");
        browser.type("#token", LocalAdmin.secret(LocalAdmin.IN_TARGET));
        browser.awaitText("#who", "Signed in: (local), admin");
        browser.picture("signed-in-light");
        String kept = String.valueOf(
                browser.run("return JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])"));
        assertFalse(kept.contains(LocalAdmin.secret(LocalAdmin.IN_TARGET)), kept);
        assertTrue(kept.endsWith(",\"\"]"), "a script reads the session's cookie: " + kept);

        browser.click("button[data-instance=replica][data-action=drain]");
        browser.click("#confirm-yes");
        browser.awaitText("article[aria-label=replica] .badge", "maintenance");
        browser.open(page("127.0.0.1"));
        browser.awaitText("#who", "Signed in: (local), admin");
        browser.click("button[data-instance=replica][data-action=resume]");
        browser.click("#confirm-yes");
        browser.awaitText("#headline", "All is well.");
        browser.click("#sign-out");
        browser.awaitText("#who", "Sign in");
        browser.click("button[data-instance=replica][data-action=drain]");
        browser.click("#confirm-yes");
        browser.awaitText("#access", "chroma-proxy token local");
    }

    private void signIn() {
        browser.click("#sign-in");
        browser.type("#token", LocalAdmin.secret(LocalAdmin.IN_TARGET));
        browser.awaitText("#who", "Signed in");
    }

    private void signOut() {
        browser.click("#sign-out");
        browser.awaitText("#who", "Sign in");
    }

    @Test
    void aProxyThatStandsBySaysSo() {
        ProxyServer second = stage().startProxy();
        browser.open("http://127.0.0.1:" + second.address().getPort() + "/dashboard");
        browser.awaitText("#headline", "This proxy stands by.");
        browser.awaitText("#headline", "takes over by itself");
    }
}
