package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.chromaproxy.scripted.StagedTest.awaitHeld;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LogBeforeRouteTest {
    @Test
    void aWriteWhoseCommitStallsReachesNoInstanceUntilItIsCommitted() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            CompletableFuture<Client.Answer> answer;
            try (LogSql.Hold _ = stage.log().hold("log_record")) {
                answer = collection.add("late");
                await().atMost(Stage.SOON).until(stage.log()::somebodyWaits);
                // Reads go on meanwhile, so the proxy is not just stuck as a whole.
                assertEquals(200, collection.read().join().status());
                assertEquals(List.of(), stage.primary().calls(Call::writes));
                assertEquals(List.of(), stage.replica().calls(Call::writes));
                assertFalse(answer.isDone());
            }
            assertEquals(201, answer.join().status());
            await().atMost(Stage.SOON)
                    .until(() -> stage.replica().calls(Call::writes).size() == 1);
            assertEquals(1, stage.primary().calls(Call::writes).size());
        }
    }

    @Test
    void aWriteThatTheLogDoesNotTakeInTimeIsRefusedAndNeverArrives() throws Exception {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withLogMs(1_000))) {
            Collection collection = stage.usedCollection();
            try (LogSql.Hold _ = stage.log().hold("log_record")) {
                CompletableFuture<Client.Answer> inCommit = collection.add("in-commit");
                await().atMost(Stage.SOON).until(stage.log()::somebodyWaits);
                Client.Answer waiting = collection.add("withdrawn").join();
                assertEquals(503, waiting.status());
                assertTrue(waiting.body().contains("not executed"), waiting.body());
                assertEquals("", waiting.header("transaction-id"));
                assertEquals(503, inCommit.join().status());
                assertFalse(
                        inCommit.join().body().contains("not executed"),
                        inCommit.join().body());
                assertFalse(inCommit.join().header("transaction-id").isEmpty());
            }
            await().atMost(Stage.SOON)
                    .until(() -> collection.add("after").join().status() == 201);
            await().atMost(Stage.SOON)
                    .untilAsserted(() -> assertEquals(
                            List.of("first", "in-commit", "after"),
                            stage.replica().model().ids(collection.name())));
            assertEquals(
                    List.of("first", "in-commit", "after"),
                    stage.primary().model().ids(collection.name()));
        }
    }

    @Test
    void whileTheLogIsAwayReadsGoOnAndWritesAreNeverExecuted() throws Exception {
        try (Stage stage = Stage.open(Stage.Settings.DEFAULT.withLogMs(1_000))) {
            Collection collection = stage.usedCollection();
            List<String> never = new ArrayList<>();
            try (LogSql.Hold _ = stage.log().away()) {
                // The first may be in a commit when the connection ends: then its answer says "unknown".
                await().atMost(Stage.SOON).until(() -> {
                    String id = "refused-" + UUID.randomUUID();
                    Client.Answer refused = collection.add(id).join();
                    assertEquals(503, refused.status());
                    if (refused.body().contains("not executed")) {
                        never.add(id);
                    }
                    return !never.isEmpty();
                });
                assertEquals(200, collection.read().join().status());
            }
            await().atMost(Stage.SOON)
                    .until(() -> collection.add("after").join().status() == 201);
            awaitHeld(stage.replica(), collection, "after");
            List<String> held = stage.primary().model().ids(collection.name());
            assertEquals(held, stage.replica().model().ids(collection.name()));
            assertTrue(Collections.disjoint(held, never), never + " were never to be executed");
        }
    }

    @Test
    void writesThatPostgresForgetsInAFailOverAreLoggedAgainAndNotSentAgain() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            String records = "SELECT convert_from(body, 'UTF8') FROM log_record WHERE collection = '" + collection.id()
                    + "' ORDER BY lsn";
            List<String> before;
            try (LogSql.Hold _ = stage.log().standby()) {
                await().atMost(Stage.SOON)
                        .until(() -> collection.add("forgotten").join().status() == 201);
                awaitHeld(stage.replica(), collection, "forgotten");
                before = stage.log().column(records);
            }
            await().atMost(Stage.SOON)
                    .until(() -> collection.add("after").join().status() == 201);
            awaitHeld(stage.replica(), collection, "after");
            assertEquals(before, stage.log().column(records).subList(0, before.size()));
            assertEquals(
                    List.of("first", "forgotten", "after"),
                    stage.replica().model().ids(collection.name()));
            assertEquals(
                    List.of("first", "forgotten", "after"),
                    stage.primary().model().ids(collection.name()));
        }
    }
}
