package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether this proxy can serve, and what each server is good for, is told truthfully. */
class ReadinessTest extends StagedTest {
    private static final String HTML = "<html>bad gateway</html>";

    ReadinessTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(2_000));
    }

    @AfterEach
    void bothAreSound() {
        stage().forget();
        await().atMost(Stage.SOON).until(() -> ready().json().path("redundant").asBoolean() && ready().status() == 200);
    }

    private Client.Answer ready() {
        return stage().client().get("/health/ready").join();
    }

    private String metric(String name, String instance) {
        return stage().client()
                .get("/metrics")
                .join()
                .body()
                .lines()
                .filter(line -> line.startsWith("chroma_proxy_" + name + "{instance=\"" + instance + "\"}"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("none");
    }

    private static boolean everything(Call call) {
        return true;
    }

    private static boolean changes(Call call) {
        return call.writes() || call.method().equals("PUT");
    }

    private void awaitInstance(String name, Predicate<JsonNode> state) {
        await().atMost(Stage.SOON).until(() -> state.test(instance(name)));
    }

    @Test
    void allIsWellAndSaidSo() {
        stage().usedCollection();
        await().atMost(Stage.SOON).until(() -> ready().json().path("redundant").asBoolean());
        Client.Answer ready = ready();
        assertEquals(200, ready.status(), ready.body());
        assertEquals("ready", ready.json().path("status").asText());
        assertTrue(ready.json().path("reads").asBoolean()
                && ready.json().path("writes").asBoolean());
        assertEquals(200, stage().client().get("/health/live").join().status());
        for (String name : new String[] {"primary", "replica"}) {
            JsonNode instance = instance(name);
            for (String use : new String[] {"reads", "writes", "redundant"}) {
                assertTrue(instance.path(use).asBoolean(), instance.toString());
                assertEquals("", instance.path(use + "_reason").asText());
            }
            assertEquals(0, instance.path("holds").size());
            assertEquals("1.0", metric("instance_usable_for_reads", name));
            assertEquals("1.0", metric("instance_usable_for_writes", name));
            assertEquals("1.0", metric("instance_redundant", name));
        }
    }

    /** Whatever a hop answers in a server's place for some seconds: that server is not up. */
    @ParameterizedTest
    @ValueSource(ints = {502, 500, 503, 429, 200, 302, 404, 403})
    void aServerWhoseEveryAnswerIsAHopsIsNotUp(int status) {
        Collection collection = stage().usedCollection();
        stage().replica().always(ReadinessTest::everything, new Reply.Fixed(status, "text/html", HTML));
        awaitInstance("replica", each -> each.path("state").asText().equals("down"));
        JsonNode replica = instance("replica");
        assertFalse(replica.path("reads").asBoolean());
        assertFalse(replica.path("writes").asBoolean());
        assertTrue(replica.path("reads_reason").asText().contains(Integer.toString(status)), replica.toString());
        assertEquals("0.0", metric("instance_up", "replica"));
        Client.Answer ready = ready();
        assertEquals(200, ready.status(), ready.body());
        assertFalse(ready.json().path("redundant").asBoolean());
        assertEquals(201, collection.add("one").join().status());
        assertEquals(
                "degraded",
                stage().client().get("/health").join().json().path("status").asText());
        stage().forget();
        awaitHeld(stage().replica(), collection, "one");
    }

    @Test
    void whereEveryServerFailsEverythingNothingIsReadyAndThatIsSaid() {
        stage().primary().always(ReadinessTest::everything, new Reply.Fixed(502, "text/html", HTML));
        stage().replica().always(ReadinessTest::everything, new Reply.Fixed(502, "text/html", HTML));
        await().atMost(Stage.SOON).until(() -> ready().status() == 503);
        await().atMost(Stage.SOON).until(() -> !ready().json().path("reads").asBoolean());
        JsonNode body = ready().json();
        assertEquals("not ready", body.path("status").asText());
        assertFalse(body.path("writes").asBoolean());
        assertTrue(body.path("reasons").toString().contains("502"), body.toString());
        assertEquals(503, stage().client().get("/health").join().status());
        assertEquals(200, stage().client().get("/health/live").join().status());
    }

    /** A full disk: probes and reads go on. */
    @Test
    void whereNoServerTakesWritesTheProxyIsNotReadyForThem() {
        Collection collection = stage().usedCollection();
        Reply full = Reply.error(500, "InternalError", "database or disk is full");
        stage().primary().always(ReadinessTest::changes, full);
        stage().replica().always(ReadinessTest::changes, full);
        assertEquals(503, collection.add("one").join().status());
        await().atMost(Stage.SOON).until(() -> ready().status() == 503);
        await().atMost(Stage.SOON)
                .until(() -> !instance("replica").path("writes").asBoolean()
                        && !instance("primary").path("writes").asBoolean());
        await().atMost(Stage.SOON)
                .until(() -> ready().json().path("reasons").toString().contains("disk is full"));
        JsonNode body = ready().json();
        assertTrue(body.path("reads").asBoolean(), body.toString());
        assertFalse(body.path("writes").asBoolean(), body.toString());
        assertTrue(body.path("reasons").toString().contains("disk is full"), body.toString());
        assertTrue(instance("primary").path("reads").asBoolean());
        assertEquals("0.0", metric("instance_usable_for_writes", "primary"));
        assertEquals("1.0", metric("instance_usable_for_reads", "primary"));
        assertEquals(
                "all writes",
                instance("primary").path("holds").path(0).path("what").asText());
        assertEquals(200, stage().client().get("/health").join().status());
    }

    @Test
    void aLaneThatDoesNotGoOnIsShownAsHeld() {
        Collection collection = stage().usedCollection();
        stage().replica().always(Call::writes, Reply.error(400, "InvalidArgumentError", "not from here"));
        assertEquals(201, collection.add("one").join().status());
        awaitInstance("replica", each -> each.path("holds").size() == 1);
        JsonNode hold = instance("replica").path("holds").path(0);
        assertTrue(hold.path("what").asText().contains(collection.name()), hold.toString());
        assertTrue(hold.path("reason").asText().contains("not from here"), hold.toString());
        assertTrue(hold.path("until").isTextual(), hold.toString());
        assertFalse(instance("replica").path("redundant").asBoolean());
        assertTrue(instance("primary").path("redundant").asBoolean());
        assertFalse(ready().json().path("redundant").asBoolean());
        stage().forget();
        awaitInstance("replica", each -> each.path("holds").isEmpty());
    }
}
