package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances that answer probes and reads, and execute nobody's writes. */
class WriteDownTest extends StagedTest {
    WriteDownTest() {
        super(Stage.Settings.DEFAULT.withRequestMs(4_000).withUnansweredMs(1_000));
    }

    /** Writes of records, and of the proxy's witness. */
    private static boolean changes(Call call) {
        return call.writes() || call.method().equals("PUT");
    }

    private static Reply error(String message) {
        return Reply.error(500, "InternalError", message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"database or disk is full", "something unheard of"})
    void whenThePrimaryTakesNoWritesTheReplicaLeadsAndNoClientNotices(String message) {
        Collection collection = stage().usedCollection();
        Collection other = stage().usedCollection();
        stage().primary().always(WriteDownTest::changes, error(message));
        List<String> expected = new ArrayList<>(List.of("first"));
        for (int i = 0; i < 10; i++) {
            assertEquals(201, collection.add("r" + i).join().status());
            expected.add("r" + i);
        }
        assertRead(collection, expected);
        await().atMost(Stage.SOON)
                .until(() -> !instance("primary").path("writes").asBoolean());
        assertEquals(201, other.add("there").join().status());
        assertEquals(
                List.of(),
                stage().primary().calls(call -> call.writes() && call.path().equals(toPrimary(other))),
                "the primary is known not to take writes: nobody else tries it");
        stage().forget();
        awaitHeld(stage().primary(), collection, "r9");
        awaitHeld(stage().primary(), other, "there");
        assertEquals(expected, stage().primary().model().ids(collection.name()));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
        assertEquals(List.of(), outcomes(collection));
    }

    private String toPrimary(Collection collection) {
        return Collection.DATABASE + "/collections/" + stage().primary().model().idOf(collection.name()) + "/add";
    }

    @Test
    void aSickFollowerLosesNothingHoweverOftenItFails() {
        Collection collection = stage().usedCollection();
        stage().replica().always(WriteDownTest::changes, error("attempt to write a readonly database"));
        assertEquals(201, collection.add("one").join().status());
        assertEquals(201, collection.add("two").join().status());
        await().atMost(Stage.SOON)
                .until(() -> stage().replica().calls(WriteDownTest::changes).size() > 8);
        stage().forget();
        awaitHeld(stage().replica(), collection, "two");
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    @Test
    void whenNobodyTakesWritesTheyStayLoggedAndAreExecutedInOrderLater() {
        Collection collection = stage().usedCollection();
        stage().primary().always(WriteDownTest::changes, error("database or disk is full"));
        stage().replica().always(WriteDownTest::changes, error("database or disk is full"));
        CompletableFuture<Client.Answer> one = collection.add("one");
        await().atMost(Stage.SOON).until(() -> logged(collection) == 2);
        CompletableFuture<Client.Answer> two = collection.add("two");
        Client.Answer answer = one.join();
        assertEquals(503, answer.status(), answer.body());
        assertNotNull(answer.header("transaction-id"));
        assertTrue(answer.body().contains("will be executed"), answer.body());
        assertEquals(503, two.join().status());
        stage().forget();
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            await().atMost(Stage.SOON)
                    .untilAsserted(() -> assertEquals(
                            List.of("first", "one", "two"), instance.model().ids(collection.name())));
        }
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(List.of("RECOVERED 201", "RECOVERED 201"), outcomes(collection)));
        assertEquals(List.of("primary READY", "replica READY"), places(collection));
    }

    private int logged(Collection collection) {
        return stage().log()
                .look("SELECT lsn FROM log_record WHERE lane = '" + collection.id() + "'")
                .size();
    }

    @Test
    void whenThePrimaryLeavesWritesUnansweredTheReplicaDecidesThem() {
        Collection one = stage().usedCollection();
        Collection two = stage().usedCollection();
        CompletableFuture<Void> unlocked = new CompletableFuture<>();
        stage().primary().always(WriteDownTest::changes, Reply.held(unlocked));
        CompletableFuture<Client.Answer> first = one.add("one");
        CompletableFuture<Client.Answer> second = two.add("two");
        assertEquals(201, first.join().status());
        assertEquals(201, second.join().status());
        assertEquals(201, two.add("three").join().status());
        assertEquals(
                1,
                stage().primary()
                        .calls(call -> call.path().equals(toPrimary(two)))
                        .size());
        unlocked.complete(null);
        awaitHeld(stage().primary(), one, "one");
        awaitHeld(stage().primary(), two, "three");
        assertEquals(List.of("first", "two", "three"), stage().primary().model().ids(two.name()));
        assertEquals(List.of("primary READY", "replica READY"), places(two));
    }
}
