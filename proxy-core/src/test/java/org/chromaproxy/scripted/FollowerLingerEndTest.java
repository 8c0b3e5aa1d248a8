package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As in {@link FollowerLingerTest} the follower would wait for hours; then something is lost. A stage for each test. */
class FollowerLingerEndTest {
    private Stage stage;
    private Collection collection;

    @BeforeEach
    void twoWritesWait() throws Exception {
        stage = Stage.open(Stage.Settings.DEFAULT.withLingerMs(600_000));
        collection = stage.usedCollection();
        add("a");
        add("b");
        assertEquals(List.of(), stage.replica().calls(Call::writes), "it waits for more");
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private void add(String id) {
        assertEquals(201, collection.add(id).join().status(), id);
    }

    private void awaitFollower(String... ids) {
        await().atMost(Stage.SOON)
                .untilAsserted(
                        () -> assertEquals(List.of(ids), stage.replica().model().ids(collection.name())));
    }

    @Test
    void theLossOfTheLeaderEndsTheWait() {
        stage.primary().vanish();

        awaitFollower("first", "a", "b");
        add("c");
        awaitFollower("first", "a", "b", "c");
    }

    @Test
    void aRestartSendsWhatWaited() {
        stage.restartProxy();

        awaitFollower("first", "a", "b");
    }

    @Test
    void aFollowerThatGoesAndComesBackGetsWhatWaited() {
        stage.replica().vanish();
        await().atMost(Stage.SOON)
                .until(() -> stage.client()
                                .get("/status")
                                .join()
                                .json()
                                .path("healthy_instances")
                                .asInt()
                        == 1);
        add("c");
        stage.replica().reappear();

        awaitFollower("first", "a", "b", "c");
    }
}
