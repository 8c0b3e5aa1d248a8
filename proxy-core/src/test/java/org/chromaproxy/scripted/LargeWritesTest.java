package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.PrincipalLimit;
import org.junit.jupiter.api.Test;

/** What one client makes the servers do is done in turns, outside of which others' writes pass. */
class LargeWritesTest extends StagedTest {
    private static final int DOCUMENT = 600_000;
    private static final AccessFixture FILE = new AccessFixture();
    private static final String QUIET = FILE.token("quiet", Role.ADMIN);
    private static final String NOISY = FILE.token("noisy", Role.ADMIN);
    private static final String FULL = FILE.limited("full", Role.ADMIN, Map.of(PrincipalLimit.DOCUMENT, 100_000L));

    LargeWritesTest() {
        super(Stage.Settings.DEFAULT.withAccess(FILE.settings("for-the-instances")));
    }

    private CompletableFuture<Client.Answer> call(String uri, String body, String token, String... headers) {
        List<String> all = new ArrayList<>(List.of("Authorization", "Bearer " + token));
        all.addAll(List.of(headers));
        return stage().client().post(uri, body, all.toArray(String[]::new));
    }

    private Client.Answer page(String path) {
        return stage().client().get(path, "Authorization", "Bearer " + QUIET).join();
    }

    private Collection collection(String name, String token) {
        Client.Answer created = call(Collection.DATABASE + "/collections", "{\"name\":\"" + name + "\"}", token)
                .join();
        assertEquals(200, created.status(), created.body());
        Collection made =
                new Collection(stage(), name, created.json().path("id").asText());
        assertEquals(
                201,
                call(made.path("add"), Collection.record("first"), token).join().status());
        return made;
    }

    /** With documents that are each within bounds. */
    private static String large(String id) {
        String document = "\"" + "x".repeat(DOCUMENT) + "\"";
        return "{\"ids\":[\"" + id + "\",\"b" + id + "\"],\"embeddings\":[[1,2],[3,4]],\"documents\":[" + document + ","
                + document + "]}";
    }

    private static boolean isLarge(Call call) {
        return call.writes() && call.body().length() > DOCUMENT;
    }

    private boolean isLogged(Collection collection) {
        return stage().log()
                .look("SELECT count(*)::text FROM log_record WHERE collection = '" + collection.id()
                        + "' AND length(body) > " + DOCUMENT)
                .equals(List.of("1"));
    }

    private static boolean accepted(Client.Answer answer) {
        return answer.status() == 201 || answer.status() == 200;
    }

    @Test
    void oneLargeWriteIsUnderWayAtATimeAndOthersGoMeanwhile() {
        Collection others = collection("others", QUIET);
        List<Collection> own = IntStream.range(0, 4)
                .mapToObj(i -> collection("large-" + i, NOISY))
                .toList();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(LargeWritesTest::isLarge, Reply.held(gate));
        List<CompletableFuture<Client.Answer>> writes = own.stream()
                .map(each -> call(each.path("add"), large(each.name()), NOISY))
                .toList();
        await().atMost(Stage.SOON).until(() -> own.stream().allMatch(this::isLogged));
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    201,
                    call(others.path("add"), Collection.record("small-" + i), QUIET)
                            .join()
                            .status());
        }
        assertEquals(1, stage().primary().calls(LargeWritesTest::isLarge).size());
        assertTrue(writes.stream().noneMatch(CompletableFuture::isDone));
        await().atMost(Stage.SOON).untilAsserted(() -> {
            JsonNode turns = page("/status").json().at("/instances/0/write_turns");
            assertEquals(3, turns.path("waiting").asInt(), turns.toString());
            assertEquals(1, turns.path("clients").asInt(), turns.toString());
            assertTrue(turns.path("oldest_wait_seconds").asDouble() > 0, turns.toString());
        });
        String metrics = page("/metrics").body();
        assertTrue(metrics.contains("chroma_proxy_instance_writes_waiting{instance=\"primary\"} 3"), metrics);
        assertTrue(metrics.contains("chroma_proxy_instance_writes_waiting{instance=\"replica\"} 0"), metrics);
        assertFalse(metrics.contains("chroma_proxy_instance_writes_wait_seconds{instance=\"primary\"} 0.0\n"), metrics);
        gate.complete(null);
        writes.forEach(
                write -> assertTrue(accepted(write.join()), () -> write.join().body()));
        for (Collection each : own) {
            awaitHeld(stage().replica(), each, "b" + each.name());
        }
    }

    /** It answers nobody before it has executed that; the other server can. */
    @Test
    void readsGoToTheServerThatExecutesNoLargeWrite() {
        Collection others = collection("read", QUIET);
        Collection own = collection("busy", NOISY);
        awaitHeld(stage().replica(), others, "first");
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().always(LargeWritesTest::isLarge, Reply.held(gate));
        CompletableFuture<Client.Answer> write = call(own.path("add"), large("busy"), NOISY);
        await().atMost(Stage.SOON)
                .until(() -> stage().primary().calls(LargeWritesTest::isLarge).size() == 1);
        int before = stage().primary().calls(call -> call.is("get")).size();
        for (int i = 0; i < 12; i++) {
            assertEquals(200, call(others.path("get"), "{}", QUIET).join().status());
        }
        assertEquals(before, stage().primary().calls(call -> call.is("get")).size());
        gate.complete(null);
        assertTrue(accepted(write.join()), () -> write.join().body());
    }

    /** What one client left in the log waits for its turn, and takes none of another's. */
    @Test
    void aLargeWriteOfAnotherComesBeforeTheRestOfTheFirst() {
        Collection others = collection("rotation", QUIET);
        List<Collection> own = IntStream.range(0, 4)
                .mapToObj(i -> collection("rotated-" + i, NOISY))
                .toList();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage().primary().once(LargeWritesTest::isLarge, Reply.held(gate));
        for (Collection each : own) {
            assertEquals(
                    202,
                    call(each.path("add"), large(each.name()), NOISY, "Prefer", "respond-async")
                            .join()
                            .status());
        }
        CompletableFuture<Client.Answer> write = call(others.path("add"), large("theirs"), QUIET);
        await().atMost(Stage.SOON).until(() -> isLogged(others));
        gate.complete(null);
        assertTrue(accepted(write.join()), () -> write.join().body());
        for (Collection each : own) {
            awaitHeld(stage().primary(), each, "b" + each.name());
        }
        List<Call> calls = stage().primary().calls(LargeWritesTest::isLarge);
        List<String> order = calls.stream()
                .map(call -> call.body().contains("theirs") ? "theirs" : "own")
                .toList();
        assertTrue(order.indexOf("theirs") <= 2, order.toString());
    }

    @Test
    void aDocumentThatKeepsAServerBusyForLongIsRefused() {
        Collection collection = collection("documents", FULL);
        String most = "x".repeat(100_000);
        String escaped = "\\u00e4".repeat(50_000);
        for (String document : List.of(most, escaped)) {
            String body = "{\"ids\":[\"a\"],\"embeddings\":[[1,2]],\"documents\":[\"" + document + "\"]}";
            assertTrue(accepted(call(collection.path("upsert"), body, FULL).join()), "within");
            assertTrue(accepted(call(collection.path("upsert"), body.replace("[\"x", "[\"xx"), QUIET)
                    .join()));
        }
        for (String body : List.of(
                "{\"ids\":[\"a\"],\"embeddings\":[[1,2]],\"documents\":[\"x" + most + "\"]}",
                "{\"ids\":[\"a\"],\"embeddings\":[[1,2]],\"documents\":[\"x" + escaped + "\"]}",
                "{\"documents\":[null,\"b\",\"" + most + "\\n\"],\"ids\":[\"a\",\"b\",\"c\"]}")) {
            for (String operation : List.of("add", "update", "upsert")) {
                Client.Answer answer =
                        call(collection.path(operation), body, FULL).join();
                assertEquals(413, answer.status(), answer.body());
                assertTrue(answer.body().contains("Nothing was logged or executed"), answer.body());
                assertTrue(answer.body().contains("MAX_DOCUMENT_BYTES"), answer.body());
            }
        }
    }
}
