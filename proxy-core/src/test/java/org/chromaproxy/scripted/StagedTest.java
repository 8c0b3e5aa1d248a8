package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** Tests that share one stage, each with collections of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StagedTest {
    private final Stage.Settings settings;
    private Stage stage;

    @SuppressWarnings("NullAway.Init")
    StagedTest(Stage.Settings settings) {
        this.settings = settings;
    }

    @BeforeAll
    void open() throws Exception {
        stage = Stage.open(settings);
    }

    @AfterAll
    void close() {
        stage.close();
    }

    @BeforeEach
    void forget() {
        stage.forget();
    }

    Stage stage() {
        return stage;
    }

    /** What {@code /status} says of an instance. */
    JsonNode instance(String name) {
        for (JsonNode each : stage.client().get("/status").join().json().path("instances")) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError(name);
    }

    /** The state and status of the outcomes of a collection's records, in order of the log. */
    List<String> outcomes(Collection collection) {
        return stage.log()
                .look("SELECT o.state || ' ' || o.status FROM log_record r JOIN record_outcome o ON o.lsn = r.lsn"
                        + " WHERE r.collection = '" + collection.id() + "' ORDER BY r.lsn");
    }

    /** Where a collection lives and how, as the log holds it. */
    List<String> places(Collection collection) {
        return stage.log()
                .look("SELECT instance || ' ' || state FROM collection_place WHERE public_id = '" + collection.id()
                        + "' ORDER BY instance");
    }

    /** Every read of a moment's worth, wherever it is served, holds exactly these. */
    static void assertRead(Collection collection, List<String> ids) {
        for (int i = 0; i < 20; i++) {
            Client.Answer answer = collection.read().join();
            assertEquals(200, answer.status(), answer.body());
            List<String> read = new ArrayList<>();
            answer.json().path("ids").forEach(id -> read.add(id.asText()));
            assertEquals(ids, read);
        }
    }

    static void awaitCalls(ScriptedChroma instance, int count) {
        await().atMost(Stage.SOON).until(() -> instance.calls(Call::writes).size() >= count);
    }

    static void awaitHeld(ScriptedChroma instance, Collection collection, String id) {
        await().atMost(Stage.SOON)
                .until(() -> instance.model().ids(collection.name()).contains(id));
    }
}
