package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.support.Browser;
import org.junit.jupiter.api.Test;

/** The operators' page of a proxy that asks for tokens. */
class DashboardTokensIT extends StagedTest {
    private static final AccessFixture FILE = new AccessFixture();
    private static final String READER = FILE.token("reader", Role.READ);
    /** Of the page, every two seconds. */
    private static final int TURNS = 4;

    DashboardTokensIT() {
        super(Stage.Settings.DEFAULT.withAccess(FILE.settings("for-the-instances")));
    }

    @Test
    void whatIsRefusedIsNotAskedForAgainUntilATokenIsGiven() throws IOException {
        try (Browser browser = new Browser()) {
            List<String> asked = new ArrayList<>();
            browser.open("http://127.0.0.1:" + stage().client().port() + "/dashboard");
            browser.awaitText("#headline", "The rest is told to those who give a token");
            browser.awaitText("#access", "This proxy asks for a token");
            await().atMost(Stage.SOON).until(() -> {
                browser.requests()
                        .forEach(request -> asked.add(request.path("url").asText()));
                return times(asked, "/health") >= TURNS;
            });
            assertEquals(1, times(asked, "/status"), asked.toString());
            browser.awaitText("#headline", "The rest is told to those who give a token");
            browser.type("#token", READER);
            browser.awaitText("#headline", "All is well.");
            browser.awaitText("#who", "Signed in: reader, read");
        }
    }

    @Test
    void theSessionEndsWithItsTokenAndTheOneWhoMayOnlyLookIsToldSo() throws IOException {
        String brief = FILE.token("brief", Role.READ);
        stage().proxy().access().reload();
        try (Browser browser = new Browser()) {
            browser.open("http://127.0.0.1:" + stage().client().port() + "/dashboard");
            browser.awaitText("#access", "This proxy asks for a token");
            browser.type("#token", brief);
            browser.awaitText("#headline", "All is well.");
            browser.click("button[data-instance=replica][data-action=drain]");
            browser.click("#confirm-yes");
            browser.awaitText("#access", "The token brief has the role read, and this needs admin");
            FILE.revoke("brief");
            stage().proxy().access().reload();
            browser.awaitText("#headline", "The rest is told to those who give a token");
            browser.awaitText("#access", "The session is over");
        }
    }

    private static long times(List<String> asked, String page) {
        return asked.stream().filter(url -> url.endsWith(page)).count();
    }
}
