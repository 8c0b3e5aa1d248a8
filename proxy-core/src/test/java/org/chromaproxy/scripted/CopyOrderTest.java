package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code get}, its offsets and a delete's limit go by the order of insertion: a copy has the original's. */
class CopyOrderTest extends StagedTest {
    private static final int BLOCK = 300;

    CopyOrderTest() {
        super(Stage.Settings.DEFAULT);
    }

    /** {@code r0}, {@code r1} and so on, more than any page holds. */
    private Collection many(int blocks) {
        Collection collection = stage().usedCollection();
        for (int i = 0; i < blocks; i++) {
            Client.Answer added = collection
                    .write("add", records(IntStream.range(i * BLOCK, (i + 1) * BLOCK)))
                    .join();
            assertEquals(201, added.status(), added.body());
        }
        await().atMost(Stage.SOON)
                .until(() -> held(stage().replica(), collection).size() == 1 + blocks * BLOCK
                        && held(stage().primary(), collection).size() == 1 + blocks * BLOCK);
        stage().forget();
        return collection;
    }

    private static String ids(IntStream numbers) {
        return numbers.mapToObj(i -> "\"r" + i + "\"").collect(Collectors.joining(",", "\"ids\":[", "]"));
    }

    private static String records(IntStream numbers) {
        List<Integer> all = numbers.boxed().toList();
        String embeddings = all.stream().map(i -> "[0.5,1]").collect(Collectors.joining(","));
        return "{" + ids(all.stream().mapToInt(i -> i)) + ",\"embeddings\":[" + embeddings + "]}";
    }

    private static List<String> held(ScriptedChroma instance, Collection collection) {
        return instance.model().ids(collection.name());
    }

    private static CompletableFuture<Client.Answer> repair(Collection collection, ScriptedChroma target) {
        String body = "{\"instance\":\"" + name(collection, target) + "\",\"force\":true}";
        return collection.stage().client().post("/admin/collections/" + collection.name() + "/repair", body);
    }

    private static String name(Collection collection, ScriptedChroma instance) {
        return instance == collection.stage().primary() ? "primary" : "replica";
    }

    private ScriptedChroma leader(Collection collection) {
        for (var row :
                stage().client().get("/collection/mappings").join().json().path("mappings")) {
            if (row.path("collection_name").asText().equals(collection.name())) {
                return row.path("leader").asText().equals("primary") ? stage().primary() : stage().replica();
            }
        }
        throw new AssertionError("no mapping of " + collection);
    }

    private ScriptedChroma follower(Collection collection) {
        return leader(collection) == stage().primary() ? stage().replica() : stage().primary();
    }

    @Test
    void aCopyOfManyPagesHasTheOrderOfTheOriginal() {
        Collection collection = many(5);
        Client.Answer repaired = repair(collection, follower(collection)).join();
        assertEquals(2, repaired.status() / 100, repaired.body());
        assertRepaired(collection, 1 + 5 * BLOCK);
    }

    @Test
    void whatIsDeletedAddedAndUpdatedWhileItIsCopiedSkipsNothingAndKeepsTheOrder() {
        Collection collection = many(5);
        ScriptedChroma target = follower(collection);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        target.once(call -> call.is("add") && call.body().contains("\"r700\""), Reply.held(gate));
        CompletableFuture<Client.Answer> repaired = repair(collection, target);
        await().atMost(Stage.SOON)
                .until(() -> !target.calls(call -> call.is("add") && call.body().contains("\"r700\""))
                        .isEmpty());
        List<Client.Answer> written = List.of(
                collection
                        .write("delete", "{" + ids(IntStream.range(0, 650)) + "}")
                        .join(),
                collection
                        .write("upsert", records(IntStream.of(660, 100, 1_400)))
                        .join(),
                collection
                        .write("update", records(IntStream.of(670, 1_450)).replace("[0.5,1]", "[0.5,2]"))
                        .join(),
                collection.add("last").join());
        written.forEach(answer -> assertEquals(2, answer.status() / 100, answer.body()));
        gate.complete(null);
        assertEquals(2, repaired.join().status() / 100, repaired.join().body());
        assertRepaired(collection, 1 + 5 * BLOCK - 650 + 2);
        assertEquals("last", held(target, collection).getLast());
    }

    private void assertRepaired(Collection collection, int records) {
        // What was replaced goes when the copy is whole.
        await().atMost(Stage.SOON)
                .until(() -> !follower(collection)
                        .calls(call -> call.method().equals("DELETE"))
                        .isEmpty());
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(List.of("primary READY", "replica READY"), places(collection)));
        assertEquals(records, held(leader(collection), collection).size());
        assertEquals(held(leader(collection), collection), held(follower(collection), collection));
    }
}
