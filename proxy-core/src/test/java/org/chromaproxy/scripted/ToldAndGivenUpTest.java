package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A write that was acknowledged, whose owner died before the cursor behind it was durable, and that no server takes again: the next
 * owner cannot tell that it was acknowledged. What the server holds that led when it was stands.
 */
class ToldAndGivenUpTest {
    private static final Reply FAILURE = Reply.error(500, "InternalError", "something unheard of");

    private static boolean poison(Call call) {
        return call.writes() && call.body().contains("poison");
    }

    private static void forgetCursor(Stage stage, Collection collection) {
        try {
            stage.log()
                    .change("UPDATE lane_cursor SET lsn = (SELECT min(lsn) FROM log_record WHERE collection = '"
                            + collection.id() + "') WHERE lane = '" + collection.id() + "'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatTheLeaderHadExecutedStands() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.replica().always(ToldAndGivenUpTest::poison, FAILURE);
            assertEquals(201, collection.add("poison").join().status());
            try (Client client = stage.restartProxy(() -> {
                forgetCursor(stage, collection);
                stage.primary().always(ToldAndGivenUpTest::poison, FAILURE);
            })) {
                assertPoisonStands(stage, collection, client);
            }
        }
    }

    /**
     * The one that had told it was away when the next owner began, so that another led; then that owner died, too. The log said only who led
     * last.
     */
    @Test
    void whatTheLeaderHadExecutedStandsThoughAnotherLedSince() throws Exception {
        try (Stage stage = Stage.open()) {
            Collection collection = stage.usedCollection();
            stage.replica().always(ToldAndGivenUpTest::poison, FAILURE);
            assertEquals(201, collection.add("poison").join().status());
            stage.restartProxy(() -> {
                        forgetCursor(stage, collection);
                        stage.primary().always(call -> true, new Reply.Close(false));
                    })
                    .close();
            await().atMost(Stage.SOON)
                    .untilAsserted(() -> assertEquals(
                            List.of("replica"),
                            stage.log()
                                    .look("SELECT instance FROM lane_leader WHERE lane = '" + collection.id() + "'")));
            try (Client client = stage.restartProxy(() -> {
                stage.primary().forget();
                stage.primary().always(ToldAndGivenUpTest::poison, FAILURE);
            })) {
                assertPoisonStands(stage, collection, client);
            }
        }
    }

    private static void assertPoisonStands(Stage stage, Collection collection, Client client) {
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(
                        List.of("primary READY", "replica DIVERGED"),
                        stage.log()
                                .look("SELECT instance || ' ' || state FROM collection_place WHERE public_id = '"
                                        + collection.id() + "' ORDER BY instance")));
        Client.Answer read =
                client.post(collection.path("get"), "{\"include\":[]}").join();
        assertEquals("[\"first\",\"poison\"]", read.json().path("ids").toString(), read.body());
    }
}
