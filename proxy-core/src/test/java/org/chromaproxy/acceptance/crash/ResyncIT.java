package org.chromaproxy.acceptance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.chromaproxy.acceptance.harness.ChromaApi.D;
import static org.chromaproxy.acceptance.harness.ChromaApi.TENANT;
import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.chromaproxy.acceptance.harness.ChromaApi.database;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.chromaproxy.acceptance.harness.Answer;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Operator;
import org.chromaproxy.acceptance.harness.ProxyProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An instance that lost its data, or that the log has let go of, is filled anew from the other. */
@Timeout(900)
class ResyncIT {
    private static final String TWO = "{\"ids\":[\"a\",\"b\"],\"embeddings\":[[1,2],[3,4]],"
            + "\"documents\":[\"first\",\"second\"],\"metadatas\":[{\"n\":1},{\"n\":2.5}]}";

    @Test
    void itIsFilledThoughTheLogHasDroppedTheRecordsThatMadeItsCollections(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess process = deployment.startProxy();
            String path = fill(deployment, process.api());
            process.terminate();
            deployment.log().dropAll();

            deployment.replica().replaceByEmpty();
            process.restart();
            ChromaApi proxy = process.api();
            Operator operator = new Operator(proxy);
            operator.awaitState("replica", "needs_resync");
            operator.resynced("replica");
            assertEquals(
                    operator.instance("primary").path("collections_whole").asInt(),
                    operator.instance("replica").path("collections_whole").asInt());
            changeMeanwhile(proxy, path);
            changedIsOnBoth(deployment, proxy, path);
        }
    }

    @Test
    void aPrimaryThatLostItsDiskIsWholeAgainAndLeads(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess process = deployment.startProxy();
            ChromaApi proxy = process.api();
            Operator operator = new Operator(proxy);
            String path = fill(deployment, proxy);

            deployment.primary().replaceByEmpty();
            operator.awaitState("primary", "needs_resync");
            changeMeanwhile(proxy, path);
            operator.resynced("primary");

            changedIsOnBoth(deployment, proxy, path);
            Awaitility.await("leadership is home")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> proxy.get("/admin/events").expect(200).text().contains("primary is stable again"));
            process.kill9();
            process.restart();
            operator.awaitState("primary", "up");
            proxy.add(path, record("after"));
            deployment.assertEqualWhenDrained(proxy);
        }
    }

    @Test
    void whatWasDeletedWhileTheLogHadLetGoOfAnInstanceDoesNotComeBack(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess process = deployment.startProxy("LOG_MAX_PENDING_BYTES", "1048576");
            ChromaApi proxy = process.api();
            Operator operator = new Operator(proxy);
            String path = fill(deployment, proxy);

            deployment.replica().kill();
            changeMeanwhile(proxy, path);
            String text = "x".repeat(1 << 19);
            for (int i = 0; i < 3; i++) {
                var records = Json.object(
                        "ids",
                        Json.array("long-" + i),
                        "embeddings",
                        Json.array(Json.array(i, 1)),
                        "documents",
                        Json.array(text));
                proxy.add(path, records);
            }
            Awaitility.await("the log lets go")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> operator.instance("replica").path("let_go").asBoolean());
            assertEquals(0, operator.instance("replica").at("/lag/records").asInt(), "nothing waits for it");

            process.kill9();
            process.restart();
            assertTrue(operator.instance("replica").path("let_go").asBoolean(), "also after a restart");
            assertEquals(0, operator.instance("replica").at("/lag/records").asInt());

            deployment.replica().restart();
            operator.awaitState("replica", "needs_resync");
            operator.resynced("replica");
            changedIsOnBoth(deployment, proxy, path);
        }
    }

    @Test
    void aResyncThatACrashInterruptsIsAskedForAgain(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ProxyProcess process = deployment.startProxy();
            ChromaApi proxy = process.api();
            Operator operator = new Operator(proxy);
            String path = fill(deployment, proxy);
            for (int i = 0; i < 30; i++) {
                proxy.add(collection(proxy.create("many-" + i)), Json.parse(TWO.getBytes(UTF_8)));
            }
            deployment.replica().replaceByEmpty();
            operator.awaitState("replica", "needs_resync");

            Thread asking = Thread.ofVirtual().start(() -> ignoringTheEnd(() -> operator.resync("replica", false)));
            Awaitility.await("it has begun").until(() -> begun(proxy));
            process.kill9();
            join(asking);
            process.restart();

            Awaitility.await("it is let in, or asked for again")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> settled(operator));
            changeMeanwhile(proxy, path);
            Awaitility.await("whole")
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> operator.instance("replica")
                                    .path("collections_whole")
                                    .asInt()
                            == 33);
            changedIsOnBoth(deployment, proxy, path);
        }
    }

    @Test
    void anInstanceThatIsFilledByItselfNeedsNoCommand(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment.startProxy("AUTO_RESYNC", "true").api();
            String path = fill(deployment, proxy);

            deployment.replica().replaceByEmpty();
            Operator operator = new Operator(proxy);
            operator.awaitState("replica", "needs_resync");
            operator.awaitState("replica", "up");
            operator.awaitRepaired("replica");

            proxy.add(path, record("after"));
            deployment.assertEqualWhenDrained(proxy);
        }
    }

    @Test
    void nothingIsReplacedThatIsWholeNowhereElseOrNotOurs(@TempDir Path directory) {
        try (Deployment deployment = Deployment.prepare(directory)) {
            ChromaApi proxy = deployment.startProxy().api();
            Operator operator = new Operator(proxy);
            fill(deployment, proxy);
            assertEquals(409, operator.resync("replica", true).status(), "it is well");

            deployment.replica().replaceByEmpty();
            deployment.replica().api().create("somebodys");
            operator.awaitState("replica", "needs_resync");
            Answer foreign = operator.resync("replica", false);
            assertEquals(409, foreign.status());
            assertTrue(foreign.text().contains("1 collections that do not come from this log"), foreign.text());

            deployment.primary().kill();
            operator.awaitState("primary", "down");
            Answer only = operator.resync("replica", true);
            assertEquals(409, only.status());
            assertTrue(only.text().contains("kept"), only.text());

            deployment.primary().restart();
            operator.awaitState("primary", "up");
            int begun = operator.resync("replica", true).status();
            assertTrue(begun == 200 || begun == 202, "done, or under way: " + begun);
            operator.awaitRepaired("replica");
            deployment.assertEqualWhenDrained(proxy);
        }
    }

    /** Collections in two databases, one database without any, one of each to be deleted. */
    private static String fill(Deployment deployment, ChromaApi proxy) {
        for (String name : new String[] {"second", "bare", "doomed"}) {
            proxy.post(TENANT + "/databases", Json.object("name", name)).expect(200);
        }
        String path = collection(proxy.create("kept"));
        proxy.post(path + "/add", TWO).expect(201);
        proxy.post(path + "/delete", "{\"ids\":[\"b\"]}").expect(200);
        proxy.post(collection(proxy.create("dropped")) + "/add", TWO).expect(201);
        String second = database("default_tenant", "second");
        proxy.post(second + "/collections/" + proxy.create(second, "other") + "/add", TWO)
                .expect(201);
        deployment.assertEqualWhenDrained(proxy);
        return path;
    }

    private static void changeMeanwhile(ChromaApi proxy, String path) {
        proxy.add(path, record("meanwhile"));
        proxy.delete(D + "/collections/dropped").expect(200);
        proxy.delete(database("default_tenant", "doomed")).expect(200);
        proxy.post(collection(proxy.create("made-meanwhile")) + "/add", TWO).expect(201);
    }

    private static void changedIsOnBoth(Deployment deployment, ChromaApi proxy, String path) {
        proxy.add(path, record("later"));
        proxy.post(collection("made-meanwhile") + "/delete", "{\"ids\":[\"a\"]}")
                .expect(200);
        deployment.assertEqualWhenDrained(proxy);
        assertEquals(404, proxy.get(D + "/collections/dropped").status());
        assertEquals(404, proxy.get(database("default_tenant", "doomed")).status());
        JsonNode unmapped = proxy.get("/status").expect(200).json().path("unmapped_collections");
        assertEquals(0, unmapped.size(), unmapped.toString());
    }

    private static JsonNode record(String id) {
        return Json.object("ids", Json.array(id), "embeddings", Json.array(Json.array(5, 6)));
    }

    private static boolean begun(ChromaApi proxy) {
        JsonNode repairs = proxy.get("/status").expect(200).json().path("repairs");
        return repairs.size() == 1 && repairs.at("/0/step").asText().equals("copying");
    }

    private static boolean settled(Operator operator) {
        return switch (operator.instance("replica").path("state").asText()) {
            case "needs_resync" -> {
                operator.resynced("replica");
                yield false;
            }
            case "up" -> true;
            default -> false;
        };
    }

    private static void ignoringTheEnd(Runnable call) {
        try {
            call.run();
        } catch (UncheckedIOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("resync"), "the proxy is killed under it");
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
