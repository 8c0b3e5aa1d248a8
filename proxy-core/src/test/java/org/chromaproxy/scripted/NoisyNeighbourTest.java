package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One client sends many requests at once, while others use the servers: most of them wait in the proxy ({@link
 * org.chromaproxy.exchange.SharedPlace}), where they delay nobody, and all are served in the end.
 */
class NoisyNeighbourTest extends StagedTest {
    private static final int MANY = 40;
    private static final int EACH = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final AccessFixture FILE = new AccessFixture();
    private static final String CALM = FILE.token("calm", Role.ADMIN);
    private static final String OTHER = FILE.token("other", Role.ADMIN);
    private static final String LOUD = FILE.token("loud", Role.ADMIN);
    private static final String COLLECTIONS = Collection.DATABASE + "/collections";

    private CompletableFuture<Void> gate = new CompletableFuture<>();

    NoisyNeighbourTest() {
        super(Stage.Settings.DEFAULT.withAccess(FILE.settings("for-the-instances")));
    }

    @BeforeEach
    void shut() {
        gate = new CompletableFuture<>();
    }

    @AfterEach
    void free() {
        gate.complete(null);
    }

    private CompletableFuture<Client.Answer> post(String uri, String body, String token) {
        return stage().client().post(uri, body, "Authorization", "Bearer " + token);
    }

    private CompletableFuture<Client.Answer> create(String name, String token) {
        return post(COLLECTIONS, "{\"name\":\"" + name + "\"}", token);
    }

    private Collection collection(String name) {
        Client.Answer created = create(name, CALM).join();
        assertEquals(200, created.status(), created.body());
        Collection made =
                new Collection(stage(), name, created.json().path("id").asText());
        assertEquals(
                201,
                post(made.path("add"), Collection.record("first"), CALM).join().status());
        return made;
    }

    private CompletableFuture<Client.Answer> read(Collection collection, String id, String token) {
        return post(collection.path("get"), "{\"ids\":[\"" + id + "\"]}", token);
    }

    private int underWay(String principal) {
        Client.Answer status = stage().client()
                .get("/status", "Authorization", "Bearer " + CALM)
                .join();
        for (JsonNode each : status.json().path("principals")) {
            if (each.path("name").asText().equals(principal)) {
                return each.path("used").path("requests").asInt();
            }
        }
        return 0;
    }

    private List<Call> calls(String what) {
        List<Call> all = new ArrayList<>();
        for (ScriptedChroma server : List.of(stage().primary(), stage().replica())) {
            all.addAll(server.calls(call -> call.body().contains(what)));
        }
        return all;
    }

    private void holdReads() {
        for (ScriptedChroma server : List.of(stage().primary(), stage().replica())) {
            server.always(call -> call.is("get") && call.body().contains("held"), Reply.held(gate));
        }
    }

    private static void assertServed(List<CompletableFuture<Client.Answer>> all) {
        all.forEach(each ->
                assertEquals(200, each.join().status(), () -> each.join().body()));
    }

    @Test
    void ofOnesReadsFewAreUnderWayOnAServerWhileOthersReadThere() {
        Collection collection = collection("read");
        awaitHeld(stage().replica(), collection, "first");
        holdReads();
        List<CompletableFuture<Client.Answer>> held = new ArrayList<>();
        while (stage().primary()
                        .calls(call -> call.body().contains("held-calm"))
                        .isEmpty()
                || stage().replica()
                        .calls(call -> call.body().contains("held-calm"))
                        .isEmpty()) {
            held.add(read(collection, "held-calm", CALM));
            await().atMost(Stage.SOON).until(() -> calls("held-calm").size() == held.size());
        }
        for (int i = 0; i < MANY * EACH; i++) {
            held.add(read(collection, "held-loud", LOUD));
        }
        await().atMost(Stage.SOON)
                .until(() ->
                        underWay("loud") == MANY * EACH && calls("held-loud").size() == 2 * EACH);
        gate.complete(null);
        assertServed(held);
    }

    @Test
    void readsThatWaitAreForgottenWhenTheirClientLeaves() {
        Collection collection = collection("left");
        awaitHeld(stage().replica(), collection, "first");
        holdReads();
        List<CompletableFuture<Client.Answer>> held = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            held.add(read(collection, "held-calm", CALM));
        }
        await().atMost(Stage.SOON).until(() -> calls("held-calm").size() == MANY);
        List<CompletableFuture<Client.Answer>> left = new ArrayList<>();
        try (Client leaving = new Client(stage().client().port())) {
            for (int i = 0; i < MANY * EACH; i++) {
                left.add(leaving.post(
                        collection.path("get"), "{\"ids\":[\"held-loud\"]}", "Authorization", "Bearer " + LOUD));
            }
            await().atMost(Stage.SOON)
                    .until(() -> underWay("loud") == MANY * EACH
                            && calls("held-loud").size() == 2 * EACH);
        }
        await().atMost(Stage.SOON)
                .until(() -> underWay("loud") == 0 && left.stream().allMatch(CompletableFuture::isDone));
        held.add(read(collection, "held-again", LOUD));
        await().atMost(Stage.SOON).until(() -> calls("held-again").size() == 1);
        gate.complete(null);
        assertServed(held);
    }

    @Test
    void ofOnesCreatesOneIsLoggedAtATimeWhileOthersCreate() {
        stage().primary()
                .always(
                        call -> call.path().endsWith("/collections")
                                && call.body().contains("first-calm"),
                        Reply.held(gate));
        List<CompletableFuture<Client.Answer>> all = new ArrayList<>();
        all.add(create("first-calm", CALM));
        await().atMost(Stage.SOON).until(() -> calls("first-calm").size() == 1);
        for (int i = 0; i < MANY; i++) {
            all.add(create("loud-" + i, LOUD));
        }
        await().atMost(Stage.SOON).until(() -> underWay("loud") == MANY && logged() == 2);
        all.add(create("other", OTHER));
        await().atMost(Stage.SOON).until(() -> logged() == 3);
        gate.complete(null);
        assertServed(all);
        List<String> order = stage()
                .primary()
                .calls(call -> call.path().endsWith("/collections")
                        && (call.body().contains("loud") || call.body().contains("\"other\"")))
                .stream()
                .map(Call::body)
                .toList();
        assertTrue(order.get(1).contains("\"other\""), order.toString());
        assertEquals(MANY + 1, order.size());
    }

    /** Creates of {@link #ofOnesCreatesOneIsLoggedAtATimeWhileOthersCreate} that the log has. */
    private long logged() {
        return Long.parseLong(stage().log()
                .look(
                        "SELECT count(*)::text FROM log_record WHERE name LIKE 'loud-%' OR name IN ('first-calm', 'other')")
                .getFirst());
    }
}
