package org.chromaproxy.acceptance;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.InstanceDump;
import org.chromaproxy.guide.Guide;
import org.chromaproxy.guide.GuideShell;
import org.chromaproxy.guide.GuideWalk;
import org.chromaproxy.local.FreePort;
import org.chromaproxy.support.Browser;
import org.chromaproxy.support.WebhookServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Somebody who has never met the project follows its first steps, word for word: real servers, a real PostgreSQL, the
 * launcher, a browser, a webhook.
 */
@Timeout(900)
class FirstStepsIT extends GuideWalk {
    private static final Duration SOON = Duration.ofSeconds(90);
    /** As it stands in the guide. */
    private static final String DATABASE_URL = "postgresql://chroma_proxy:password@127.0.0.1:5432/chroma_proxy";

    private static final String WEBHOOK_URL = "https://hooks.example.com/services/abc";

    private String port = "";

    @Test
    void theGuideLeadsFromNothingThroughAnOutageToAStopInOrder() throws Exception {
        Path user = Files.createDirectory(folder().resolve("user"));
        try (Deployment deployment = Deployment.prepare(folder());
                WebhookServer webhook = new WebhookServer();
                GuideShell shell = new GuideShell(user);
                Browser browser = new Browser()) {
            List<String> blocks = asHere(deployment, webhook);
            assertEquals(7, blocks.size(), "the guide has other steps than this test");
            shell.run(blocks.get(0));
            configured(shell.run(blocks.get(1)), deployment, webhook);
            shell.run(blocks.get(2));
            assertEquals(
                    List.of("200", "201", "200", "401", "403"),
                    statuses(shell.run(blocks.get(3))),
                    "made, written, read; refused without a token, and with one that may not write");
            seenToBeWell(browser, adminToken(user));
            assertEquals(List.of(), webhook.texts());

            String outage = shell.run(blocks.get(4));
            assertEquals(List.of("201", "200"), statuses(outage));
            assertTrue(outage.contains("\"meanwhile\""), outage);
            toldOfTheOutage(webhook);
            seenToBeDown(browser, deployment);

            shell.run(blocks.get(5));
            InstanceDump primary = InstanceDump.of(deployment.primary().api());
            InstanceDump.assertEqual(
                    primary, InstanceDump.of(deployment.replica().api()));
            assertEquals(
                    Set.of("a", "meanwhile"),
                    primary.collection("first").records().keySet());
            browser.awaitText("#headline", "All is well.");
            browser.picture("first-steps-recovered");
            await().atMost(SOON)
                    .untilAsserted(() -> assertTrue(
                            webhook.texts().stream()
                                    .anyMatch(text -> text.contains("RECOVERED: instance primary down")),
                            () -> webhook.texts().toString()));
            stopsInOrder(shell, blocks.get(6), user, deployment);
        }
    }

    /** The guide's commands, with the ports and addresses of this test. */
    private List<String> asHere(Deployment deployment, WebhookServer webhook) {
        port = Integer.toString(FreePort.next());
        Map<String, String> here = Map.of(
                "8001",
                port(deployment.primary().url()),
                "8002",
                port(deployment.replica().url()),
                "8000",
                port,
                DATABASE_URL,
                deployment.logUrl().toString(),
                WEBHOOK_URL,
                webhook.address().toString());
        return GuideShell.blocks("docs/first-steps.md").stream()
                .map(block -> Guide.asHere(block, here))
                .toList();
    }

    private static String port(String url) {
        return Integer.toString(URI.create(url).getPort());
    }

    private static void configured(String words, Deployment deployment, WebhookServer webhook) {
        assertTrue(words.contains("primary_url: " + deployment.primary().url()), words);
        assertTrue(words.contains("tls_certificate: proxy/certificate.pem"), words);
        assertTrue(words.contains("proxy/proxy.yaml, line 2"), words);
        assertFalse(words.contains(webhook.address().getPath()), words);
        assertFalse(words.contains(deployment.logUrl().getUserInfo().split(":", 2)[1]), words);
    }

    /** The status that each line of an answer ends with. */
    private static List<String> statuses(String output) {
        return Pattern.compile("(?m) (\\d{3})$")
                .matcher(output)
                .results()
                .map(line -> line.group(1))
                .toList();
    }

    private static String adminToken(Path user) throws IOException {
        return Files.readAllLines(user.resolve("proxy/admin")).get(1).strip();
    }

    private void seenToBeWell(Browser browser, String token) throws IOException {
        browser.look("light", 1280, 1400);
        browser.open("https://localhost:" + port + "/dashboard");
        browser.awaitText("#access", "Token");
        browser.picture("first-steps-token");
        browser.type("#token", token);
        browser.awaitText("#headline", "All is well.");
        browser.awaitText("#collection-table", "first");
        browser.picture("first-steps-well");
    }

    private static void toldOfTheOutage(WebhookServer webhook) {
        await().atMost(SOON).until(() -> !webhook.texts().isEmpty());
        String alert = webhook.texts().getFirst();
        assertTrue(alert.startsWith("chroma-proxy ALERT: instance primary is down"), alert);
        assertTrue(alert.contains("Nothing is lost"), alert);
        assertTrue(alert.contains("What to do: Look at the Chroma server's own log and start it again"), alert);
    }

    private static void seenToBeDown(Browser browser, Deployment deployment) throws IOException {
        browser.awaitText("#headline", "Clients are served by 1 of 2 instances.");
        browser.awaitText("#headline", "primary is down");
        browser.awaitText(
                "#headline",
                "Start the Chroma server at " + deployment.primary().url());
        browser.awaitText("article[aria-label=primary]", "1 write");
        browser.awaitText("#event-table", "moved from primary to replica");
        browser.picture("first-steps-down-light");
        browser.look("dark", 1280, 1400);
        browser.picture("first-steps-down-dark");
        browser.look("light", 390, 2600);
        browser.picture("first-steps-down-phone");
        browser.look("light", 1280, 1400);
    }

    /** A write that is under way when the proxy is told to stop is finished before it does. */
    private static void stopsInOrder(GuideShell shell, String stop, Path user, Deployment deployment)
            throws IOException {
        Files.writeString(
                user.resolve("slow"),
                "{\"ids\":[\"slow\"],\"embeddings\":[[1,1,1]],\"documents\":[\"" + "x".repeat(400_000) + "\"]}");
        shell.run("""
                send --limit-rate 100k -H "$(token write)" -X POST $D/collections/first/add -d @slow >slow.answer &
                slow=$!
                until send -H "$(token read)" https://localhost:PORT/status | tr -d ' \\n' |
                    grep -q '"concurrent_requests_active":1'; do sleep 0.1; done
                """.replace("https://localhost:PORT", "${D%/api*}"));
        String ended = shell.run(stop);
        assertTrue(ended.contains("ended with 143"), ended);
        shell.run("wait $slow");
        String answer = Files.readString(user.resolve("slow.answer"));
        assertTrue(answer.endsWith(" 201\n"), answer);
        assertTrue(
                InstanceDump.of(deployment.primary().api())
                                .collection("first")
                                .records()
                                .containsKey("slow")
                        || InstanceDump.of(deployment.replica().api())
                                .collection("first")
                                .records()
                                .containsKey("slow"),
                "it is on a server");
        String log = Files.readString(user.resolve("proxy/log"));
        assertTrue(log.contains("stopped"), log);
    }
}
