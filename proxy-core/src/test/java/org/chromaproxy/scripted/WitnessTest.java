package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Servers that answer well and do not hold what they should. */
class WitnessTest {
    private static void awaitUsable(Stage stage, int instances) {
        await().atMost(Stage.SOON)
                .until(() -> stage.client()
                        .get("/health")
                        .join()
                        .json()
                        .path("healthy_instances")
                        .asText()
                        .equals(instances + "/2"));
    }

    /** What was written is known to be on that server's disk. */
    static void awaitWitnessed(Stage stage, ScriptedChroma instance) {
        long last = Long.parseLong(
                stage.log().look("SELECT max(lsn) FROM log_record").getFirst());
        await().atMost(Stage.SOON).until(() -> instance.model().witnessed() >= last);
        instance.forget();
        // With the second read the proxy has had the answer to the first.
        await().atMost(Stage.SOON)
                .until(() -> instance.calls(WitnessTest::readsWitness).size() > 1);
    }

    /** How each instance holds that collection, in the order of their names. */
    static void awaitPlaces(Stage stage, Collection collection, String... places) {
        await().atMost(Stage.SOON)
                .until(() -> stage.log()
                        .look("SELECT instance || ' ' || state FROM collection_place WHERE public_id = '"
                                + collection.id() + "' ORDER BY instance")
                        .equals(List.of(places)));
    }

    static boolean readsWitness(Call call) {
        return call.method().equals("GET") && call.path().endsWith("/collections/witness");
    }

    @Test
    void anOlderCopyBehindTheSameAddressIsTakenOutThoughOnlyReadsFollow() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            assertEquals(201, collection.add("later").join().status());
            await().atMost(Stage.SOON).until(() -> stage.replica().model().witness() >= 3);
            awaitWitnessed(stage, stage.replica());
            stage.replica().model().lose(collection.name(), "later");
            stage.replica().model().rewindWitness();
            awaitUsable(stage, 1);
            StagedTest.assertRead(collection, List.of("first", "later"));
        }
    }

    @Test
    void aServerThatLostItsLastSecondsIsComparedBeforeItServesAgain() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            assertEquals(201, collection.add("late").join().status());
            StagedTest.awaitHeld(stage.replica(), collection, "late");
            assertComparedWithout(stage, collection, "late");
        }
    }

    /** The follower is read meanwhile, and its version is the one that stands. */
    @Test
    void aLeaderThatLostItsLastSecondsIsComparedWithTheFollowerThatHasThem() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.primary().always(WitnessTest::readsWitness, Reply.held(new CompletableFuture<>()));
            assertEquals(201, collection.add("late").join().status());
            StagedTest.awaitHeld(stage.replica(), collection, "late");
            stage.primary().vanish();
            awaitUsable(stage, 1);
            StagedTest.assertRead(collection, List.of("first", "late"));
            stage.forget();
            stage.primary().model().lose(collection.name(), "late");
            stage.primary().reappear();
            awaitPlaces(stage, collection, "primary DIVERGED", "replica READY");
            StagedTest.assertRead(collection, List.of("first", "late"));
        }
    }

    /** What denies it is not the server, or it is made at the very moment: either way it does not name the new LSN. */
    @Test
    void aWitnessThatIsThereThoughItWasDeniedIsNotTakenForPut() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            awaitWitnessed(stage, stage.replica());
            // The second of two in a row is that before the witness is put anew.
            AtomicLong last = new AtomicLong();
            stage.replica()
                    .once(
                            call -> readsWitness(call)
                                    && System.nanoTime() - last.getAndSet(System.nanoTime())
                                            < TimeUnit.MILLISECONDS.toNanos(300),
                            Reply.error(404, "NotFoundError", "Collection [witness] does not exist."));
            for (int i = 0; i < 2; i++) {
                assertEquals(201, collection.add("later-" + i).join().status());
                StagedTest.awaitHeld(stage.replica(), collection, "later-" + i);
                awaitWitnessed(stage, stage.replica());
            }
            assertEquals(
                    "2/2",
                    stage.client()
                            .get("/health")
                            .join()
                            .json()
                            .path("healthy_instances")
                            .asText());
        }
    }

    /** Nobody else has what is in doubt there: what it holds stands. */
    @Test
    void aLeaderThatComesBackAloneIsRead() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.primary().always(WitnessTest::readsWitness, Reply.held(new CompletableFuture<>()));
            assertEquals(201, collection.add("late").join().status());
            stage.replica().vanish();
            awaitUsable(stage, 1);
            stage.primary().vanish();
            awaitUsable(stage, 0);
            stage.forget();
            stage.primary().reappear();
            awaitUsable(stage, 1);
            StagedTest.assertRead(collection, List.of("first", "late"));
        }
    }

    @Test
    void theTrialOfADoubtfulServerLeavesItsWitnessAlone() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.primary().times(3, Call::writes, _ -> Reply.error(500, "InternalError", "database or disk is full"));
            assertEquals(201, collection.add("one").join().status());
            await().atMost(Stage.SOON)
                    .until(() -> !stage.primary()
                            .calls(call ->
                                    call.method().equals("PUT") && call.body().contains("\"try\""))
                            .isEmpty());
            StagedTest.awaitHeld(stage.primary(), collection, "one");
        }
    }

    /** The log's end had passed it, and was on the follower's disk, before the follower had it. */
    @Test
    void whatAFollowerAppliedLateIsComparedToo() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            CompletableFuture<Void> gate = new CompletableFuture<>();
            stage.replica().times(1, call -> call.is("add"), _ -> Reply.held(gate));
            assertEquals(201, collection.add("late").join().status());
            awaitWitnessed(stage, stage.replica());
            gate.complete(null);
            awaitApplied(stage, collection, "replica");
            assertComparedWithout(stage, collection, "late");
        }
    }

    /** The follower comes back without that record: it is found out, and not read. */
    private static void assertComparedWithout(Stage stage, Collection collection, String lost) throws SQLException {
        stage.replica().vanish();
        awaitUsable(stage, 1);
        stage.replica().model().lose(collection.name(), lost);
        stage.replica().reappear();
        awaitPlaces(stage, collection, "primary READY", "replica DIVERGED");
        StagedTest.assertRead(collection, List.of("first", lost));
    }

    private static void awaitApplied(Stage stage, Collection collection, String instance) {
        await().atMost(Stage.SOON)
                .until(() -> stage.log()
                        .look("SELECT 1 FROM lane_cursor WHERE lane = '" + collection.id() + "' AND instance = '"
                                + instance + "' AND lsn = (SELECT max(lsn) FROM log_record)")
                        .equals(List.of("1")));
    }

    /** It was silent when the proxy began with a log that had lost commits; the log then goes on far behind those. */
    @Test
    void aServerThatHasWhatTheLogLostIsNotLetInLaterEither() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            awaitWitnessed(stage, stage.replica());
            Client client = stage.restartProxy(() -> {
                stage.replica().model().putWitness(stage.replica().model().witnessed() + 5);
                stage.replica().vanish();
            });
            assertEquals(
                    201,
                    client.post(collection.path("add"), Collection.record("after"))
                            .join()
                            .status());
            stage.replica().reappear();
            awaitResync(client);
            awaitResync(stage.restartProxy());
        }
    }

    private static void awaitResync(Client client) {
        await().atMost(Stage.SOON)
                .until(() -> client.get("/admin/instances").join().body().contains("needs_resync"));
    }

    /** The connection of the first ends; the server executes it all the same, behind the next. */
    @Test
    void aWitnessThatIsExecutedLateIsNoOlderDisk() throws SQLException {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            AtomicLong late = new AtomicLong(-1);
            stage.replica().times(1, WitnessTest::putsWitness, call -> {
                late.set(lsn(call));
                return new Reply.Close(false);
            });
            assertEquals(201, collection.add("one").join().status());
            await().atMost(Stage.SOON).until(() -> late.get() > 0);
            assertEquals(201, collection.add("two").join().status());
            awaitWitnessed(stage, stage.replica());
            stage.replica().model().putWitness(late.get());
            awaitWitnessed(stage, stage.replica());
            awaitUsable(stage, 2);
            StagedTest.assertRead(collection, List.of("first", "one", "two"));
        }
    }

    private static boolean putsWitness(Call call) {
        return call.method().equals("PUT") && call.body().contains("\"incarnation\"");
    }

    private static long lsn(Call call) {
        Matcher named = Pattern.compile("\"lsn\":(\\d+)").matcher(call.body());
        return named.find() ? Long.parseLong(named.group(1)) : -1;
    }
}
