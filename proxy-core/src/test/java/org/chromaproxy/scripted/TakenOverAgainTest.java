package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A collection whose mapping was dropped and that is taken over again, under the id that it had: its earlier records are in the log
 * under that id, and were executed.
 */
class TakenOverAgainTest {
    private static final String ALL_READY = "primary READY, replica READY";

    private static Collection takeOver(Stage stage, Client client, String name) {
        client.post("/admin/complete_mappings", "{}").join();
        String id = stage.primary().model().idOf(name);
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        List.of(ALL_READY),
                        stage.log()
                                .look("SELECT string_agg(instance || ' ' || state, ', ' ORDER BY instance)"
                                        + " FROM collection_place WHERE public_id = '" + id + "'")));
        return new Collection(stage, name, id);
    }

    private static void write(Client client, Collection collection, String operation, String body) {
        Client.Answer answer = client.post(collection.path(operation), body).join();
        assertEquals(2, answer.status() / 100, answer.body());
    }

    /** A collection that was there before the proxy, written through it, and whose mapping is gone. */
    private static Collection dropped(Stage stage) {
        String name = "old";
        stage.primary().model().make(name, JsonNodeFactory.instance.objectNode());
        stage.replica().model().make(name, JsonNodeFactory.instance.objectNode());
        Collection collection = takeOver(stage, stage.client(), name);
        write(stage.client(), collection, "add", Collection.record("a"));
        write(stage.client(), collection, "delete", "{\"ids\":[\"a\"]}");
        write(stage.client(), collection, "add", Collection.record("b"));
        StagedTest.awaitHeld(stage.replica(), collection, "b");
        await().atMost(Stage.SOON)
                .until(() -> stage.client()
                                .delete("/collection/mappings/" + name)
                                .join()
                                .status()
                        == 200);
        return collection;
    }

    private static void assertOnlyWhatIsNewIsSent(Stage stage, Client client, Collection collection) {
        stage.forget();
        stage.replica().vanish();
        write(client, collection, "add", Collection.record("c"));
        stage.replica().reappear();

        StagedTest.awaitHeld(stage.replica(), collection, "c");
        assertEquals(
                List.of(Collection.record("c")),
                stage.replica().calls(call -> call.writes() && call.path().contains("/collections/")).stream()
                        .map(Call::body)
                        .toList());
        assertEquals(List.of("b", "c"), stage.replica().model().ids(collection.name()));
    }

    @Test
    void nothingOfBeforeIsSentAgain() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = dropped(stage);

            assertEquals(collection, takeOver(stage, stage.client(), collection.name()));
            assertOnlyWhatIsNewIsSent(stage, stage.client(), collection);
        }
    }

    @Test
    void norAfterARestartInBetween() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = dropped(stage);
            try (Client client = stage.restartProxy()) {
                takeOver(stage, client, collection.name());
                assertOnlyWhatIsNewIsSent(stage, client, collection);
            }
        }
    }

    @Test
    void norAfterARestartBehindIt() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = dropped(stage);
            takeOver(stage, stage.client(), collection.name());
            try (Client client = stage.restartProxy()) {
                assertOnlyWhatIsNewIsSent(stage, client, collection);
            }
        }
    }
}
