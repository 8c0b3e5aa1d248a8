package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server ends and is there again, with other data or without any, sooner than anybody missed it. */
class QuickRestartTest {
    private static String healthy(Stage stage) {
        return stage.client()
                .get("/health")
                .join()
                .json()
                .path("healthy_instances")
                .asText();
    }

    private static Collection witnessed(Stage stage, ScriptedChroma server) {
        Collection collection = stage.usedCollection();
        assertEquals(201, collection.add("later").join().status());
        StagedTest.awaitHeld(server, collection, "later");
        WitnessTest.awaitWitnessed(stage, server);
        stage.forget();
        return collection;
    }

    @Test
    void anOlderDiskIsNeverRead() throws SQLException {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withReplicaRatio(1))) {
            Collection collection = witnessed(stage, stage.replica());
            stage.replica().model().lose(collection.name(), "later");
            stage.replica().model().rewindWitness();
            stage.replica().restart();
            StagedTest.assertRead(collection, List.of("first", "later"));
            await().atMost(Stage.SOON).until(() -> healthy(stage).equals("1/2"));
        }
    }

    /** What stands before it keeps its own connections to the proxy. */
    @Test
    void anOlderDiskBehindAHopIsNeverReadOnceTheHopMissedTheServer() throws SQLException {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withReplicaRatio(1))) {
            Collection collection = witnessed(stage, stage.replica());
            StagedTest.assertRead(collection, List.of("first", "later"));
            stage.replica().times(1, call -> call.is("get"), _ -> {
                stage.replica().model().lose(collection.name(), "later");
                stage.replica().model().rewindWitness();
                return new Reply.Fixed(502, "text/html", "<html>bad gateway</html>");
            });
            StagedTest.assertRead(collection, List.of("first", "later"));
            await().atMost(Stage.SOON).until(() -> healthy(stage).equals("1/2"));
        }
    }

    @Test
    void anEmptyDiskDecidesNoWrite() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = witnessed(stage, stage.primary());
            stage.primary().model().wipe();
            stage.primary().restart();
            Client.Answer answer = collection.add("last").join();
            assertEquals(201, answer.status(), answer.body());
            StagedTest.assertRead(collection, List.of("first", "later", "last"));
        }
    }

    @Test
    void theSameDataServeOn() throws SQLException {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withReplicaRatio(1))) {
            Collection collection = witnessed(stage, stage.replica());
            List<String> held = new ArrayList<>(List.of("first", "later"));
            for (int i = 0; i < 5; i++) {
                stage.replica().restart();
                stage.primary().restart();
                String id = "after " + i;
                assertEquals(201, collection.add(id).join().status());
                held.add(id);
                StagedTest.assertRead(collection, held);
            }
            await().atMost(Stage.SOON).until(() -> healthy(stage).equals("2/2"));
        }
    }

    /** Its witness is as new as the log knows it: what it applied since is compared, as after any outage. */
    @Test
    void aDiskThatLacksTheLastSecondsIsComparedBeforeItIsRead() throws SQLException {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withReplicaRatio(1))) {
            Collection collection = stage.usedCollection();
            assertEquals(201, collection.add("late").join().status());
            StagedTest.awaitHeld(stage.replica(), collection, "late");
            stage.replica().model().lose(collection.name(), "late");
            stage.replica().restart();
            StagedTest.assertRead(collection, List.of("first", "late"));
            WitnessTest.awaitPlaces(stage, collection, "primary READY", "replica DIVERGED");
            StagedTest.assertRead(collection, List.of("first", "late"));
        }
    }

    /**
     * Simulation, seed 304748: it could not be compared, as the leader left a write unanswered; so it led, and the leader was taken for the
     * one that lacks something.
     */
    @Test
    void aDiskThatLacksTheLastSecondsDoesNotLeadWhileTheLeaderLeavesAWriteUnanswered() throws SQLException {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withUnansweredMs(2_000))) {
            Collection other = witnessed(stage, stage.replica());
            Collection collection = stage.usedCollection();
            assertEquals(201, collection.add("late").join().status());
            StagedTest.awaitHeld(stage.replica(), collection, "late");
            CompletableFuture<Void> gate = new CompletableFuture<>();
            stage.primary().always(Call::writes, Reply.held(gate));
            var last = collection.add("last");
            await().atMost(Stage.SOON)
                    .until(() -> !stage.primary().calls(Call::writes).isEmpty());
            stage.replica().model().lose(collection.name(), "late");
            stage.replica().restart();
            assertEquals(201, other.add("elsewhere").join().status());
            gate.complete(null);
            assertEquals(201, last.join().status());
            WitnessTest.awaitPlaces(stage, collection, "primary READY", "replica DIVERGED");
            StagedTest.assertRead(collection, List.of("first", "late", "last"));
            assertEquals(List.of(), leaders(stage, collection), "the other one led");
        }
    }

    /** Who has led it since the primary first did. */
    private static List<String> leaders(Stage stage, Collection collection) throws SQLException {
        return stage.log().look("SELECT instance FROM lane_leader WHERE lane = '" + collection.id() + "'");
    }

    /** As Chroma does now and then of its own accord: others live on, and say that it is the same. */
    @Test
    void oneConnectionThatIsClosedIsNoRestart() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = witnessed(stage, stage.primary());
            for (int i = 0; i < 5; i++) {
                stage.primary().once(call -> call.is("get"), new Reply.Close(false));
                StagedTest.assertRead(collection, List.of("first", "later"));
                stage.primary().once(Call::writes, new Reply.Close(false));
                assertEquals(201, collection.add("first").join().status());
            }
            assertEquals(List.of(), leaders(stage, collection), "it was never out of use, or another would lead");
            assertEquals("2/2", healthy(stage));
        }
    }

    static List<Reply> foreign() {
        return List.of(
                new Reply.Fixed(404, "text/html", "<html>no such page</html>"),
                new Reply.Fixed(404, "", ""),
                Reply.json(404, "{\"status\":404}"),
                Reply.json(200, "{\"error\":\"Maintenance\",\"message\":\"soon\"}"),
                Reply.json(200, "[]"));
    }

    /** What something on the way answers says nothing of a server's data. */
    @ParameterizedTest
    @MethodSource("foreign")
    void whatAHopAnswersInTheWitnessesPlaceTakesNoServerOut(Reply reply) throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = witnessed(stage, stage.replica());
            stage.replica().always(WitnessTest::readsWitness, reply);
            await().atMost(Stage.SOON)
                    .until(() ->
                            stage.replica().calls(WitnessTest::readsWitness).size() > 2);
            assertEquals("2/2", healthy(stage));
            assertEquals(201, collection.add("last").join().status());
            StagedTest.assertRead(collection, List.of("first", "later", "last"));
        }
    }
}
