package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds with two holds with three. */
@Timeout(120)
class ThreeInstancesTest {
    private Stage stage;
    private List<ScriptedChroma> all;

    @BeforeEach
    void open() throws Exception {
        stage = Stage.openWithThird();
        all = List.of(stage.primary(), stage.replica(), stage.third());
        // The stage waits for two of them.
        await().atMost(Stage.SOON).until(() -> usable() == 3);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private int usable() {
        return stage.client()
                .get("/admin/instances")
                .join()
                .json()
                .path("healthy_count")
                .asInt();
    }

    private void awaitHeld(Collection collection, List<String> ids) {
        for (ScriptedChroma each : all) {
            await().atMost(Stage.SOON)
                    .untilAsserted(() -> assertEquals(ids, each.model().ids(collection.name())));
        }
    }

    private String leader(Collection collection) {
        for (var row : stage.client().get("/collection/mappings").join().json().path("mappings")) {
            if (row.path("collection_name").asText().equals(collection.name())) {
                return row.path("leader").asText();
            }
        }
        throw new AssertionError("no mapping of " + collection);
    }

    private Client.Answer post(String uri, String body) {
        return stage.client().post(uri, body).join();
    }

    @Test
    void everyWriteReachesAllThreeInOneOrderAndReadsAreSpreadOverThem() {
        Collection collection = stage.usedCollection();
        List<CompletableFuture<Client.Answer>> answers =
                IntStream.range(0, 50).mapToObj(i -> collection.add("r" + i)).toList();
        answers.forEach(answer -> assertEquals(201, answer.join().status()));
        await().atMost(Stage.SOON)
                .until(() -> stage.third().model().ids(collection.name()).size() == 51);
        awaitHeld(collection, stage.primary().model().ids(collection.name()));
        stage.forget();
        await().atMost(Stage.SOON).until(() -> {
            assertEquals(200, collection.read().join().status());
            return all.stream()
                    .noneMatch(each -> each.calls(call -> call.is("get")).isEmpty());
        });
    }

    @Test
    void aCollectionIsOnAllThreeWhenItsClientHearsOfIt() {
        Collection made = stage.collection();
        all.forEach(each -> assertFalse(each.model().idOf(made.name()).isEmpty()));
        assertEquals(
                200,
                stage.client()
                        .delete(Collection.DATABASE + "/collections/" + made.name())
                        .join()
                        .status());
        await().atMost(Stage.SOON)
                .until(() -> all.stream()
                        .allMatch(each -> each.calls(call -> call.method().equals("DELETE"))
                                        .size()
                                == 1));
    }

    @Test
    void leadershipGoesToWhoeverIsFurthestAndTheOtherFollows() {
        Collection collection = stage.usedCollection();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        stage.replica().always(Call::writes, new Reply.Held(gate, Reply.AS_CHROMA));
        List<String> ids = new ArrayList<>(List.of("first"));
        for (int i = 0; i < 5; i++) {
            assertEquals(201, collection.add("r" + i).join().status());
            ids.add("r" + i);
        }
        await().atMost(Stage.SOON)
                .until(() -> stage.third().model().ids(collection.name()).equals(ids));
        stage.primary().vanish();
        assertEquals(201, collection.add("after").join().status());
        ids.add("after");
        assertEquals("third", leader(collection));
        StagedTest.assertRead(collection, ids);
        gate.complete(null);
        stage.primary().reappear();
        awaitHeld(collection, ids);
    }

    @Test
    void anyOneOfThemIsEnough() {
        Collection collection = stage.usedCollection();
        List<String> ids = new ArrayList<>(List.of("first"));
        stage.primary().vanish();
        assertEquals(201, collection.add("without one").join().status());
        ids.add("without one");
        stage.replica().vanish();
        assertEquals(201, collection.add("without two").join().status());
        ids.add("without two");
        StagedTest.assertRead(collection, ids);
        assertEquals("third", leader(collection));
        stage.replica().reappear();
        stage.primary().reappear();
        awaitHeld(collection, ids);
        await().atMost(Stage.SOON).until(() -> usable() == 3);
        stage.third().vanish();
        assertEquals(201, collection.add("without the third").join().status());
        ids.add("without the third");
        stage.third().reappear();
        awaitHeld(collection, ids);
        StagedTest.assertRead(collection, ids);
    }

    @Test
    void aWriteThatTwoCannotTakeIsDecidedByTheThirdAndGivenUpOnlyWhenAllFailIt() {
        Collection collection = stage.usedCollection();
        for (ScriptedChroma sick : List.of(stage.primary(), stage.replica())) {
            sick.times(
                    4,
                    call -> call.writes() && call.body().contains("heavy"),
                    call -> Reply.error(500, "InternalError", "no"));
        }
        assertEquals(201, collection.add("heavy").join().status());
        awaitHeld(collection, List.of("first", "heavy"));
        for (ScriptedChroma each : all) {
            each.always(call -> call.writes() && call.body().contains("poison"), new Reply.Close(false));
        }
        assertEquals(500, collection.add("poison").join().status());
        assertEquals(201, collection.add("next").join().status());
        awaitHeld(collection, List.of("first", "heavy", "next"));
    }

    @Test
    void oneThatDiffersIsRepairedWhileTheOthersServe() {
        Collection collection = stage.usedCollection();
        stage.third()
                .always(
                        call -> call.writes() && call.body().contains("refused there"),
                        Reply.error(400, "InvalidArgumentError", "no"));
        assertEquals(201, collection.add("refused there").join().status());
        await().atMost(Stage.SOON)
                .until(() ->
                        stage.client().get("/collection/mappings").join().body().contains("\"diverged\""));
        StagedTest.assertRead(collection, List.of("first", "refused there"));
        stage.third().forget();
        Client.Answer repaired =
                post("/admin/collections/" + collection.name() + "/repair", "{\"instance\":\"third\"}");
        assertTrue(repaired.status() / 100 == 2, repaired.body());
        assertEquals(201, collection.add("next").join().status());
        // A copy is made page by page from the end: it has the same records, in an order of its own.
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        List.of("first", "next", "refused there"),
                        stage.third().model().ids(collection.name()).stream()
                                .sorted()
                                .toList()));
        StagedTest.awaitHeld(stage.replica(), collection, "next");
        for (ScriptedChroma each : List.of(stage.primary(), stage.replica())) {
            assertEquals(List.of("first", "refused there", "next"), each.model().ids(collection.name()));
        }
    }
}
